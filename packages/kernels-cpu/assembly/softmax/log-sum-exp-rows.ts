import { at } from './row';

// @ts-ignore: decorator
@unmanaged
class Parameters {
  logits: u32;
  out: u32;
  classes: i32;
}

/** `out = log Σ exp(logits)`, taken from the largest. A task is a row. */
export function logSumExpRows(parameters: usize, task: i32, scratch: usize): void {
  const p = changetype<Parameters>(parameters);
  const row = p.logits + (<usize>task * p.classes << 2);
  let highest = at(row, 0);
  for (let c = 1; c < p.classes; c++) highest = max<f32>(highest, at(row, c));
  let sum: f64 = 0;
  for (let c = 0; c < p.classes; c++) sum += Math.exp(<f64>at(row, c) - highest);
  store<f32>(p.out + (<usize>task << 2), <f32>(highest + Math.log(sum)));
}
