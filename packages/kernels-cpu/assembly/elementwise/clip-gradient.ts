import { spanCount, spanStart } from './spans';

// @ts-ignore: decorator
@unmanaged
class Parameters {
  count: u32;
  gradient: u32;
  /** Address of one number. */
  factor: u32;
  out: u32;
}

/** `out = gradient · factor`. A task is a span of numbers. */
export function clipGradient(parameters: usize, task: i32, scratch: usize): void {
  const p = changetype<Parameters>(parameters);
  const start = spanStart(task);
  const count = spanCount(task, p.count);
  let out = <usize>p.out + start;
  let gradient = <usize>p.gradient + start;
  const factor = load<f32>(p.factor);
  const factors = f32x4.splat(factor);
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    v128.store(out, f32x4.mul(v128.load(gradient), factors));
    out += 16;
    gradient += 16;
  }
  for (; i < count; i++) {
    store<f32>(out, load<f32>(gradient) * factor);
    out += 4;
    gradient += 4;
  }
}
