import { spanCount, spanStart } from './spans';

// @ts-ignore: decorator
@unmanaged
class Parameters {
  count: u32;
  x: u32;
  out: u32;
  factor: f32;
}

/** `out = x · factor`. A task is a span of numbers. */
export function scale(parameters: usize, task: i32, scratch: usize): void {
  const p = changetype<Parameters>(parameters);
  const start = spanStart(task);
  const count = spanCount(task, p.count);
  let out = <usize>p.out + start;
  let x = <usize>p.x + start;
  const factor = p.factor;
  const factors = f32x4.splat(factor);
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    v128.store(out, f32x4.mul(v128.load(x), factors));
    out += 16;
    x += 16;
  }
  for (; i < count; i++) {
    store<f32>(out, load<f32>(x) * factor);
    out += 4;
    x += 4;
  }
}
