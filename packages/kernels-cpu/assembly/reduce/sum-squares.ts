// @ts-ignore: decorator
@unmanaged
class Parameters {
  sums: u32;
  x: u32;
  out: u32;
  size: u32;
  lanes: i32;
  blockLanes: i32;
}

/** `out[j] = sums[j] + Σ x[i · lanes + j]²`. A task is a block of lanes. */
export function sumSquares(parameters: usize, task: i32, scratch: usize): void {
  const p = changetype<Parameters>(parameters);
  const first = task * p.blockLanes;
  const count = min(p.blockLanes, p.lanes - first);
  const pitch = <usize>p.lanes << 2;
  const rows = p.size / <u32>p.lanes;
  const x = <usize>p.x + (<usize>first << 2);
  const sums = <usize>p.sums + (<usize>first << 2);
  const out = <usize>p.out + (<usize>first << 2);
  let j = 0;
  for (; j + 16 <= count; j += 16) {
    const offset = <usize>j << 2;
    let from = x + offset;
    let s0 = v128.load(sums + offset), s1 = v128.load(sums + offset, 16), s2 = v128.load(sums + offset, 32), s3 = v128.load(sums + offset, 48);
    for (let i: u32 = 0; i < rows; i++) {
      const x0 = v128.load(from), x1 = v128.load(from, 16), x2 = v128.load(from, 32), x3 = v128.load(from, 48);
      s0 = f32x4.add(s0, f32x4.mul(x0, x0));
      s1 = f32x4.add(s1, f32x4.mul(x1, x1));
      s2 = f32x4.add(s2, f32x4.mul(x2, x2));
      s3 = f32x4.add(s3, f32x4.mul(x3, x3));
      from += pitch;
    }
    v128.store(out + offset, s0);
    v128.store(out + offset, s1, 16);
    v128.store(out + offset, s2, 32);
    v128.store(out + offset, s3, 48);
  }
  for (; j < count; j++) {
    let from = x + (<usize>j << 2);
    let sum = load<f32>(sums + (<usize>j << 2));
    for (let i: u32 = 0; i < rows; i++) {
      const value = load<f32>(from);
      sum += value * value;
      from += pitch;
    }
    store<f32>(out + (<usize>j << 2), sum);
  }
  // The last row may be a part of one.
  const tail = min<i32>(count, <i32>(p.size - rows * <u32>p.lanes) - first);
  const last = x + <usize>rows * pitch;
  for (j = 0; j < tail; j++) {
    const value = load<f32>(last + (<usize>j << 2));
    const to = out + (<usize>j << 2);
    store<f32>(to, load<f32>(to) + value * value);
  }
}
