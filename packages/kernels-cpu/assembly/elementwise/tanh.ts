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

/** `out = tanh(x)`, by e^(-2|x|), near 0 by the series. A task is a span of numbers. */
export function tanh(parameters: usize, task: i32, scratch: usize): void {
  const p = changetype<Parameters>(parameters);
  const start = spanStart(task);
  const count = spanCount(task, p.count);
  const one = f32x4.splat(1);
  for (let i = 0; i < count; i += 4) {
    const at = start + (<usize>i << 2);
    const rest = count - i;
    const value = loadFirst(p.x + at, rest);
    const size = f32x4.abs(value);
    const square = f32x4.mul(value, value);
    const small = expOfNegative(f32x4.mul(size, f32x4.splat(-2)));
    const large = f32x4.div(f32x4.sub(one, small), f32x4.add(one, small));
    let series = f32x4.splat(<f32>(62.0 / 2835.0));
    series = f32x4.add(f32x4.mul(series, square), f32x4.splat(<f32>(-17.0 / 315.0)));
    series = f32x4.add(f32x4.mul(series, square), f32x4.splat(<f32>(2.0 / 15.0)));
    series = f32x4.add(f32x4.mul(series, square), f32x4.splat(<f32>(-1.0 / 3.0)));
    series = f32x4.add(f32x4.mul(series, square), one);
    const result = v128.bitselect(f32x4.mul(size, series), large, f32x4.lt(size, f32x4.splat(0.25)));
    // The sign of x.
    storeFirst(p.out + at, v128.bitselect(value, result, i32x4.splat(0x8000_0000)), rest);
  }
}
