import { spanCount, spanStart } from './spans';

// @ts-ignore: decorator
@unmanaged
class Parameters {
  count: u32;
  weight: u32;
  velocity: u32;
  out: u32;
  factor: f32;
}

/** `out = weight + factor · velocity`. A task is a span of numbers. */
export function sgdApply(parameters: usize, task: i32, scratch: usize): void {
  const p = changetype<Parameters>(parameters);
  const start = spanStart(task);
  const count = spanCount(task, p.count);
  let out = <usize>p.out + start;
  let weight = <usize>p.weight + start;
  let velocity = <usize>p.velocity + start;
  const factor = p.factor;
  const factors = f32x4.splat(factor);
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    v128.store(out, f32x4.add(v128.load(weight), f32x4.mul(factors, v128.load(velocity))));
    out += 16;
    weight += 16;
    velocity += 16;
  }
  for (; i < count; i++) {
    store<f32>(out, load<f32>(weight) + factor * load<f32>(velocity));
    out += 4;
    weight += 4;
    velocity += 4;
  }
}
