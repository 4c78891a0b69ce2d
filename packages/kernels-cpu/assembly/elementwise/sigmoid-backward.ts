import { loadFirst, storeFirst } from '../vector/partial';
import { spanCount, spanStart } from './spans';

// @ts-ignore: decorator
@unmanaged
class Parameters {
  count: u32;
  dy: u32;
  y: u32;
  out: u32;
}

/** `out = dy · y · (1 - y)`. A task is a span of numbers. */
export function sigmoidBackward(parameters: usize, task: i32, scratch: usize): void {
  const p = changetype<Parameters>(parameters);
  const start = spanStart(task);
  const count = spanCount(task, p.count);
  for (let i = 0; i < count; i += 4) {
    const at = start + (<usize>i << 2);
    const rest = count - i;
    const y = loadFirst(p.y + at, rest);
    storeFirst(p.out + at, f32x4.mul(loadFirst(p.dy + at, rest), f32x4.mul(y, f32x4.sub(f32x4.splat(1), y))), rest);
  }
}
