// @ts-ignore: decorator
@unmanaged
class Parameters {
  x: u32;
  /** `[slab][columns]`. */
  out: u32;
  rows: i32;
  columns: i32;
  /** Rows in a slab. */
  slab: i32;
  blockColumns: i32;
}

/** Sums of columns over slabs of rows. A task is a block of columns in one slab. */
export function sumRows(parameters: usize, task: i32, scratch: usize): void {
  const p = changetype<Parameters>(parameters);
  const blocks = (p.columns + p.blockColumns - 1) / p.blockColumns;
  const slab = task / blocks;
  const first = (task - slab * blocks) * p.blockColumns;
  const count = min(p.blockColumns, p.columns - first);
  const pitch = <usize>p.columns << 2;
  const top = slab * p.slab;
  const rows = min(p.slab, p.rows - top);
  const x = <usize>p.x + <usize>top * pitch + (<usize>first << 2);
  const out = <usize>p.out + <usize>slab * pitch + (<usize>first << 2);
  let j = 0;
  for (; j + 16 <= count; j += 16) {
    let from = x + (<usize>j << 2);
    let s0 = f32x4.splat(0), s1 = f32x4.splat(0), s2 = f32x4.splat(0), s3 = f32x4.splat(0);
    for (let i = 0; i < rows; i++) {
      s0 = f32x4.add(s0, v128.load(from));
      s1 = f32x4.add(s1, v128.load(from, 16));
      s2 = f32x4.add(s2, v128.load(from, 32));
      s3 = f32x4.add(s3, v128.load(from, 48));
      from += pitch;
    }
    const to = out + (<usize>j << 2);
    v128.store(to, s0);
    v128.store(to, s1, 16);
    v128.store(to, s2, 32);
    v128.store(to, s3, 48);
  }
  for (; j < count; j++) {
    let from = x + (<usize>j << 2);
    let sum: f32 = 0;
    for (let i = 0; i < rows; i++) {
      sum += load<f32>(from);
      from += pitch;
    }
    store<f32>(out + (<usize>j << 2), sum);
  }
}
