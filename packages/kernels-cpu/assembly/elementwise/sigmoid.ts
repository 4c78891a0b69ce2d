import { expOfNegative } from '../vector/exp';
import { loadFirst, storeFirst } from '../vector/partial';
import { spanCount, spanStart } from './spans';

// @ts-ignore: decorator
@unmanaged
class Parameters {
  count: u32;
  x: u32;
  out: u32;
}

/** `out = 1 / (1 + e^-x)`, by e^-|x|. A task is a span of numbers. */
export function sigmoid(parameters: usize, task: i32, scratch: usize): void {
  const p = changetype<Parameters>(parameters);
  const start = spanStart(task);
  const count = spanCount(task, p.count);
  const one = f32x4.splat(1);
  for (let i = 0; i < count; i += 4) {
    const at = start + (<usize>i << 2);
    const rest = count - i;
    const value = loadFirst(p.x + at, rest);
    const small = expOfNegative(f32x4.neg(f32x4.abs(value)));
    const numerator = v128.bitselect(small, one, f32x4.lt(value, f32x4.splat(0)));
    storeFirst(p.out + at, f32x4.div(numerator, f32x4.add(one, small)), rest);
  }
}
