import { power } from '../lrn/power';
import { loadFirst, storeFirst } from '../vector/partial';
import { addRows } from './add-rows';
import { Image } from './image';

// @ts-ignore: decorator
@unmanaged
class Parameters extends Image {
  x: u32;
  scale: u32;
  dy: u32;
  out: u32;
  alpha: f32;
  beta: f32;
}

/**
 * `out = slope - 2 · alpha · beta · x · Σ slope · x / scale` with `slope = dy / scale^beta`, over the pixels whose window holds the own.
 * The thread's memory holds the rows of slopes and of terms under the window, round and round, with zeros for rows outside the image. So each is made once,
 * and inputs are read before the result takes the place of one of them. A task is a block of rows of one image.
 */
export function lrnWithinChannelBackward(parameters: usize, task: i32, scratch: usize): void {
  const p = changetype<Parameters>(parameters);
  const size = p.size;
  const reach = size >> 1;
  const pixel = <usize>p.channels << 2;
  const count = p.width * p.channels;
  const line = <usize>count << 2;
  // Rows in the thread's memory begin on whole vectors.
  const pitch = (line + 15) & ~15;
  const factor = f32x4.splat(2 * p.alpha * p.beta);
  const beta = p.beta;
  const blocks = (p.height + p.block - 1) / p.block;
  const image = task / blocks;
  const start = (task - image * blocks) * p.block;
  const end = min(start + p.block, p.height);
  const top = <usize>(image * p.height) * line;
  const sums = scratch;
  const slopes = sums + pitch;
  const terms = slopes + <usize>size * pitch;
  // The sums of rows between zeros, so that no window meets an edge.
  const border = terms + <usize>size * pitch;
  memory.fill(terms, 0, <usize>size * pitch + line + <usize>(2 * reach) * pixel + 16);
  let next = max(start - reach, 0);
  for (let h = start; h < end; h++) {
    for (; next <= h + reach; next++) {
      const slot = <usize>(next % size) * pitch;
      if (next >= p.height) {
        memory.fill(terms + slot, 0, line);
        continue;
      }
      const from = top + <usize>next * line;
      for (let i = 0; i < count; i += 4) {
        const at = <usize>i << 2;
        const rest = count - i;
        const base = loadFirst(p.scale + from + at, rest);
        const slope = f32x4.div(loadFirst(p.dy + from + at, rest), power(base, beta));
        v128.store(slopes + slot + at, slope);
        v128.store(terms + slot + at, f32x4.div(f32x4.mul(slope, loadFirst(p.x + from + at, rest)), base));
      }
    }
    addRows(terms, pitch, size, count, border + <usize>reach * pixel);
    addRows(border, pixel, size, count, sums);
    const row = top + <usize>h * line;
    const own = slopes + <usize>(h % size) * pitch;
    for (let i = 0; i < count; i += 4) {
      const at = <usize>i << 2;
      const rest = count - i;
      const correction = f32x4.mul(f32x4.mul(factor, loadFirst(p.x + row + at, rest)), v128.load(sums + at));
      storeFirst(p.out + row + at, f32x4.sub(v128.load(own + at), correction), rest);
    }
  }
}
