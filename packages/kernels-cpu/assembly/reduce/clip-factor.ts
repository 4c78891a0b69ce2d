// @ts-ignore: decorator
@unmanaged
class Parameters {
  sums: u32;
  out: u32;
  lanes: i32;
  most: f32;
}

/** `out = min(1, most / (√(Σ sums) + 1e-6))`, by the only task. */
export function clipFactor(parameters: usize, task: i32, scratch: usize): void {
  const p = changetype<Parameters>(parameters);
  const sums = <usize>p.sums;
  let sum: f64 = 0;
  for (let j = 0; j < p.lanes; j++) sum += <f64>load<f32>(sums + (<usize>j << 2));
  store<f32>(p.out, <f32>min<f64>(1, <f64>p.most / (Math.sqrt(sum) + 1e-6)));
}
