import { spanCount, spanStart } from './spans';

// @ts-ignore: decorator
@unmanaged
class Parameters {
  count: u32;
  x: u32;
  out: u32;
}

/** `out = max(x, 0)`; NaN stays. A task is a span of numbers. */
export function relu(parameters: usize, task: i32, scratch: usize): void {
  const p = changetype<Parameters>(parameters);
  const start = spanStart(task);
  const count = spanCount(task, p.count);
  let out = <usize>p.out + start;
  let x = <usize>p.x + start;
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    v128.store(out, f32x4.max(v128.load(x), f32x4.splat(0)));
    out += 16;
    x += 16;
  }
  for (; i < count; i++) {
    store<f32>(out, max<f32>(load<f32>(x), 0));
    out += 4;
    x += 4;
  }
}
