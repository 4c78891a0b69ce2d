import { spanCount, spanStart } from '../elementwise/spans';
import { loadFirst, storeFirst } from '../vector/partial';
import { power } from './power';

// @ts-ignore: decorator
@unmanaged
class Parameters {
  count: u32;
  x: u32;
  scale: u32;
  out: u32;
  beta: f32;
}

/** `out = x / scale^beta`. A task is a span of numbers. */
export function lrnForward(parameters: usize, task: i32, scratch: usize): void {
  const p = changetype<Parameters>(parameters);
  const start = spanStart(task);
  const count = spanCount(task, p.count);
  const beta = p.beta;
  for (let i = 0; i < count; i += 4) {
    const at = start + (<usize>i << 2);
    const rest = count - i;
    storeFirst(p.out + at, f32x4.div(loadFirst(p.x + at, rest), power(loadFirst(p.scale + at, rest), beta)), rest);
  }
}
