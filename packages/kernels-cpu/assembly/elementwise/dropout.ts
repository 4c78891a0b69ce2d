import { spanCount, spanStart } from './spans';

// @ts-ignore: decorator
@unmanaged
class Parameters {
  count: u32;
  x: u32;
  mask: u32;
  out: u32;
  factor: f32;
}

/** `out = x · mask · factor`. A task is a span of numbers. */
export function dropout(parameters: usize, task: i32, scratch: usize): void {
  const p = changetype<Parameters>(parameters);
  const start = spanStart(task);
  const count = spanCount(task, p.count);
  let out = <usize>p.out + start;
  let x = <usize>p.x + start;
  let mask = <usize>p.mask + start;
  const factor = p.factor;
  const factors = f32x4.splat(factor);
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    v128.store(out, f32x4.mul(f32x4.mul(v128.load(x), v128.load(mask)), factors));
    out += 16;
    x += 16;
    mask += 16;
  }
  for (; i < count; i++) {
    store<f32>(out, load<f32>(x) * load<f32>(mask) * factor);
    out += 4;
    x += 4;
    mask += 4;
  }
}
