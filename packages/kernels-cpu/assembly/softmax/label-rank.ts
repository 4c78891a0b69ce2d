import { at } from './row';

// @ts-ignore: decorator
@unmanaged
class Parameters {
  logits: u32;
  targets: u32;
  out: u32;
  classes: i32;
}

/** How many other classes are not below the label's. A task is a row. */
export function labelRank(parameters: usize, task: i32, scratch: usize): void {
  const p = changetype<Parameters>(parameters);
  const row = <usize>task * p.classes << 2;
  let label: f64 = 0;
  for (let c = 0; c < p.classes; c++) label += <f64>at(p.targets + row, c) * at(p.logits + row, c);
  let rank = p.classes - 1;
  for (let c = 0; c < p.classes; c++) if (<f64>at(p.logits + row, c) < label) rank--;
  store<f32>(p.out + (<usize>task << 2), <f32>rank);
}
