import { at } from './row';

// @ts-ignore: decorator
@unmanaged
class Parameters {
  logits: u32;
  lse: u32;
  out: u32;
  classes: i32;
}

/** `out = exp(logits - lse)`. A task is a row. */
export function softmax(parameters: usize, task: i32, scratch: usize): void {
  const p = changetype<Parameters>(parameters);
  const row = <usize>task * p.classes << 2;
  const lse = <f64>at(p.lse, task);
  for (let c = 0; c < p.classes; c++) store<f32>(p.out + row + (<usize>c << 2), <f32>Math.exp(<f64>at(p.logits + row, c) - lse));
}
