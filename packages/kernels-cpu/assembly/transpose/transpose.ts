import { interleave } from '../matrix-product/pack';

// @ts-ignore: decorator
@unmanaged
class Parameters {
  x: u32;
  out: u32;
  rows: i32;
  columns: i32;
  /** Rows and columns of a block; whole vectors, except for the last. */
  block: i32;
}

/** Swaps the axes of planes `[rows, columns]`. A task is a block of the rows of one plane. */
export function transpose(parameters: usize, task: i32, scratch: usize): void {
  const p = changetype<Parameters>(parameters);
  const blocks = (p.rows + p.block - 1) / p.block;
  const plane = task / blocks;
  const first = (task - plane * blocks) * p.block;
  const end = min(first + p.block, p.rows);
  const inPitch = <usize>p.columns << 2;
  const outPitch = <usize>p.rows << 2;
  const x = <usize>p.x + <usize>plane * p.rows * inPitch;
  const out = <usize>p.out + <usize>plane * p.rows * inPitch;
  for (let j = 0; j < p.columns; j += p.block) {
    const count = min(p.block, p.columns - j);
    let i = first;
    for (; i + 4 <= end; i += 4) {
      const from = x + <usize>i * inPitch + (<usize>j << 2);
      interleave(out + <usize>j * outPitch + (<usize>i << 2), outPitch, from, from + inPitch, from + 2 * inPitch, from + 3 * inPitch, count);
    }
    for (; i < end; i++) {
      let from = x + <usize>i * inPitch + (<usize>j << 2);
      let to = out + <usize>j * outPitch + (<usize>i << 2);
      for (let k = 0; k < count; k++) {
        store<f32>(to, load<f32>(from));
        from += 4;
        to += outPitch;
      }
    }
  }
}
