import { spanCount, spanStart } from './spans';

// @ts-ignore: decorator
@unmanaged
class Parameters {
  count: u32;
  dy: u32;
  y: u32;
  out: u32;
}

/** `out = dy` where `y > 0`, else 0. A task is a span of numbers. */
export function reluBackward(parameters: usize, task: i32, scratch: usize): void {
  const p = changetype<Parameters>(parameters);
  const start = spanStart(task);
  const count = spanCount(task, p.count);
  let out = <usize>p.out + start;
  let dy = <usize>p.dy + start;
  let y = <usize>p.y + start;
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    v128.store(out, v128.and(v128.load(dy), f32x4.gt(v128.load(y), f32x4.splat(0))));
    out += 16;
    dy += 16;
    y += 16;
  }
  for (; i < count; i++) {
    store<f32>(out, load<f32>(y) > 0 ? load<f32>(dy) : 0);
    out += 4;
    dy += 4;
    y += 4;
  }
}
