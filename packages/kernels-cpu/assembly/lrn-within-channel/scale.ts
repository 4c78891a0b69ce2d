import { loadFirst, storeFirst } from '../vector/partial';
import { sumOf } from './sum-of';

// @ts-ignore: decorator
@unmanaged
class Parameters {
  x: u32;
  out: u32;
  /** Rows of all images, and of one. */
  rows: i32;
  height: i32;
  width: i32;
  channels: i32;
  size: i32;
  alpha: f32;
  k: f32;
  /** Rows in a task. */
  block: i32;
}

/** `out = k + alpha · Σ x²` over the window of every pixel, first down the columns, then along the row. A task is a block of rows. */
export function lrnWithinChannelScale(parameters: usize, task: i32, scratch: usize): void {
  const p = changetype<Parameters>(parameters);
  const reach = p.size >> 1;
  const pixel = <usize>p.channels << 2;
  const count = p.width * p.channels;
  const line = <usize>count << 2;
  const alpha = f32x4.splat(p.alpha);
  const k = f32x4.splat(p.k);
  const end = min((task + 1) * p.block, p.rows);
  // The sums of a row between zeros, so that no window meets an edge.
  const sums = scratch + <usize>reach * pixel;
  memory.fill(scratch, 0, line + <usize>(2 * reach) * pixel + 16);
  for (let row = task * p.block; row < end; row++) {
    const h = row % p.height;
    const firstH = max(h - reach, 0);
    const lastH = min(h + reach, p.height - 1);
    const first = p.x + <usize>(row - h + firstH) * line;
    for (let i = 0; i < count; i += 4) {
      const rest = count - i;
      let at = first + (<usize>i << 2);
      let sum = f32x4.splat(0);
      for (let r = firstH; r <= lastH; r++) {
        const value = loadFirst(at, rest);
        sum = f32x4.add(sum, f32x4.mul(value, value));
        at += line;
      }
      storeFirst(sums + (<usize>i << 2), sum, rest);
    }
    const out = p.out + <usize>row * line;
    for (let i = 0; i < count; i += 4) {
      const at = <usize>i << 2;
      storeFirst(out + at, f32x4.add(k, f32x4.mul(alpha, sumOf(scratch + at, pixel, p.size))), count - i);
    }
  }
}
