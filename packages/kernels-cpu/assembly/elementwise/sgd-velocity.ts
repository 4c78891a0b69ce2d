import { spanCount, spanStart } from './spans';

// @ts-ignore: decorator
@unmanaged
class Parameters {
  count: u32;
  velocity: u32;
  gradient: u32;
  weight: u32;
  out: u32;
  momentum: f32;
  rate: f32;
  decay: f32;
}

/** `out = momentum · velocity - rate · (gradient + decay · weight)`. A task is a span of numbers. */
export function sgdVelocity(parameters: usize, task: i32, scratch: usize): void {
  const p = changetype<Parameters>(parameters);
  const start = spanStart(task);
  const count = spanCount(task, p.count);
  let out = <usize>p.out + start;
  let velocity = <usize>p.velocity + start;
  let gradient = <usize>p.gradient + start;
  let weight = <usize>p.weight + start;
  const momentum = p.momentum;
  const rate = p.rate;
  const decay = p.decay;
  const momentums = f32x4.splat(momentum);
  const rates = f32x4.splat(rate);
  const decays = f32x4.splat(decay);
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    v128.store(out, f32x4.sub(f32x4.mul(momentums, v128.load(velocity)), f32x4.mul(rates, f32x4.add(v128.load(gradient), f32x4.mul(decays, v128.load(weight))))));
    out += 16;
    velocity += 16;
    gradient += 16;
    weight += 16;
  }
  for (; i < count; i++) {
    store<f32>(out, momentum * load<f32>(velocity) - rate * (load<f32>(gradient) + decay * load<f32>(weight)));
    out += 4;
    velocity += 4;
    gradient += 4;
    weight += 4;
  }
}
