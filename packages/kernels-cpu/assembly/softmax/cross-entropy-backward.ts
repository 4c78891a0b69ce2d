import { at } from './row';

// @ts-ignore: decorator
@unmanaged
class Parameters {
  logits: u32;
  lse: u32;
  targets: u32;
  out: u32;
  classes: i32;
  factor: f32;
}

/** `out = factor · (exp(logits - lse) · Σ targets - targets)`. A task is a row. */
export function crossEntropyBackward(parameters: usize, task: i32, scratch: usize): void {
  const p = changetype<Parameters>(parameters);
  const row = <usize>task * p.classes << 2;
  const lse = <f64>at(p.lse, task);
  let sum: f64 = 0;
  for (let c = 0; c < p.classes; c++) sum += at(p.targets + row, c);
  for (let c = 0; c < p.classes; c++) {
    const slope = <f64>p.factor * (Math.exp(<f64>at(p.logits + row, c) - lse) * sum - at(p.targets + row, c));
    store<f32>(p.out + row + (<usize>c << 2), <f32>slope);
  }
}
