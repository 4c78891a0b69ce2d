import { loadFirst, storeFirst } from '../vector/partial';
import { addRows } from './add-rows';
import { Image } from './image';

// @ts-ignore: decorator
@unmanaged
class Parameters extends Image {
  x: u32;
  out: u32;
  alpha: f32;
  k: f32;
}

/**
 * `out = k + alpha · Σ x²` over the window of every pixel: first down the rows, then along them.
 * The thread's memory holds the rows of squares under the window, round and round, with zeros for rows outside the image. A task is a block of rows of one image.
 */
export function lrnWithinChannelScale(parameters: usize, task: i32, scratch: usize): void {
  const p = changetype<Parameters>(parameters);
  const size = p.size;
  const reach = size >> 1;
  const pixel = <usize>p.channels << 2;
  const count = p.width * p.channels;
  const line = <usize>count << 2;
  // Rows in the thread's memory begin on whole vectors.
  const pitch = (line + 15) & ~15;
  const alpha = f32x4.splat(p.alpha);
  const k = f32x4.splat(p.k);
  const blocks = (p.height + p.block - 1) / p.block;
  const image = task / blocks;
  const start = (task - image * blocks) * p.block;
  const end = min(start + p.block, p.height);
  const top = <usize>(image * p.height) * line;
  const sums = scratch;
  const squares = sums + pitch;
  // The sums of rows between zeros, so that no window meets an edge.
  const border = squares + <usize>size * pitch;
  memory.fill(squares, 0, <usize>size * pitch + line + <usize>(2 * reach) * pixel + 16);
  let next = max(start - reach, 0);
  for (let h = start; h < end; h++) {
    for (; next <= h + reach; next++) {
      const slot = squares + <usize>(next % size) * pitch;
      if (next >= p.height) {
        memory.fill(slot, 0, line);
        continue;
      }
      const x = p.x + top + <usize>next * line;
      for (let i = 0; i < count; i += 4) {
        const value = loadFirst(x + (<usize>i << 2), count - i);
        v128.store(slot + (<usize>i << 2), f32x4.mul(value, value));
      }
    }
    addRows(squares, pitch, size, count, border + <usize>reach * pixel);
    addRows(border, pixel, size, count, sums);
    const out = p.out + top + <usize>h * line;
    for (let i = 0; i < count; i += 4) {
      const at = <usize>i << 2;
      storeFirst(out + at, f32x4.add(k, f32x4.mul(alpha, v128.load(sums + at))), count - i);
    }
  }
}
