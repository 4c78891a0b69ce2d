import { SCRATCH_RIGHT } from '../../src/memory-map';
import { loadFirst, storeFirst } from '../vector/partial';
import { power } from './power';

// @ts-ignore: decorator
@unmanaged
class Parameters {
  x: u32;
  scale: u32;
  dy: u32;
  out: u32;
  rows: i32;
  channels: i32;
  size: i32;
  /** Channels of a window above its own: as many below it hold it in their windows. */
  after: i32;
  alpha: f32;
  beta: f32;
  /** Rows in a task. */
  block: i32;
}

/** `out[c] = slope[c] - 2 · alpha · beta · x[c] · Σ slope[j] · x[j] / scale[j]` with `slope = dy / scale^beta`, over the channels whose window holds c. A task is a block of rows. */
export function lrnBackward(parameters: usize, task: i32, scratch: usize): void {
  const p = changetype<Parameters>(parameters);
  const channels = p.channels;
  const factor = f32x4.splat(2 * p.alpha * p.beta);
  const beta = p.beta;
  const end = min((task + 1) * p.block, p.rows);
  const terms = scratch + (<usize>p.after << 2);
  const slopes = scratch + SCRATCH_RIGHT;
  memory.fill(scratch, 0, <usize>(channels + p.size + 8) << 2);
  for (let row = task * p.block; row < end; row++) {
    const first = <usize>row * channels << 2;
    const x = p.x + first;
    const scale = p.scale + first;
    const dy = p.dy + first;
    const out = p.out + first;
    for (let c = 0; c < channels; c += 4) {
      const at = <usize>c << 2;
      const rest = channels - c;
      const base = loadFirst(scale + at, rest);
      const slope = f32x4.div(loadFirst(dy + at, rest), power(base, beta));
      v128.store(slopes + at, slope);
      storeFirst(terms + at, f32x4.div(f32x4.mul(slope, loadFirst(x + at, rest)), base), rest);
    }
    for (let c = 0; c < channels; c += 4) {
      const at = <usize>c << 2;
      let term = scratch + at;
      let sum = v128.load(term);
      for (let t = 1; t < p.size; t++) {
        term += 4;
        sum = f32x4.add(sum, v128.load(term));
      }
      const rest = channels - c;
      storeFirst(out + at, f32x4.sub(v128.load(slopes + at), f32x4.mul(f32x4.mul(factor, loadFirst(x + at, rest)), sum)), rest);
    }
  }
}
