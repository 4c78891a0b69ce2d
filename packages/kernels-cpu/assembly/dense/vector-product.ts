// @ts-ignore: decorator
@unmanaged
class Parameters {
  x: u32;
  weight: u32;
  /** Added at the end; 0 if there is none. */
  bias: u32;
  y: u32;
  inputs: i32;
  outputs: i32;
  block: i32;
}

/** One row times a matrix `[inputs, outputs]`: every weight is read once, so nothing is packed. A task is a block of outputs. */
export function vectorProduct(parameters: usize, task: i32, scratch: usize): void {
  const p = changetype<Parameters>(parameters);
  const first = task * p.block;
  const count = min(p.block, p.outputs - first);
  const pitch = <usize>p.outputs << 2;
  const y = p.y + (<usize>first << 2);
  if (p.bias) memory.copy(y, p.bias + (<usize>first << 2), <usize>count << 2);
  else memory.fill(y, 0, <usize>count << 2);
  let row = p.weight + (<usize>first << 2);
  let i = 0;
  for (; i + 4 <= p.inputs; i += 4) {
    const x = p.x + (<usize>i << 2);
    const x0 = v128.load32_splat(x), x1 = v128.load32_splat(x, 4), x2 = v128.load32_splat(x, 8), x3 = v128.load32_splat(x, 12);
    let j = 0;
    for (; j + 4 <= count; j += 4) {
      const at = <usize>j << 2;
      let sum = v128.load(y + at);
      sum = f32x4.add(sum, f32x4.mul(x0, v128.load(row + at)));
      sum = f32x4.add(sum, f32x4.mul(x1, v128.load(row + pitch + at)));
      sum = f32x4.add(sum, f32x4.mul(x2, v128.load(row + 2 * pitch + at)));
      sum = f32x4.add(sum, f32x4.mul(x3, v128.load(row + 3 * pitch + at)));
      v128.store(y + at, sum);
    }
    for (; j < count; j++) {
      const at = <usize>j << 2;
      let sum = load<f32>(y + at);
      for (let k: usize = 0; k < 4; k++) sum += load<f32>(x + (k << 2)) * load<f32>(row + k * pitch + at);
      store<f32>(y + at, sum);
    }
    row += pitch << 2;
  }
  for (; i < p.inputs; i++) {
    const x = load<f32>(p.x + (<usize>i << 2));
    for (let j = 0; j < count; j++) {
      const at = <usize>j << 2;
      store<f32>(y + at, load<f32>(y + at) + x * load<f32>(row + at));
    }
    row += pitch;
  }
}
