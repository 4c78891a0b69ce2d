import { storeFirst } from '../vector/partial';

// @ts-ignore: decorator
@unmanaged
class Parameters {
  x: u32;
  out: u32;
  /** Pixels times groups, and the channels of one. */
  rows: i32;
  channels: i32;
  size: i32;
  /** Channels of a window below its own. */
  before: i32;
  alpha: f32;
  k: f32;
  /** Rows in a task. */
  block: i32;
}

/** `out[c] = k + alpha · Σ x²` over the window of every channel. A task is a block of rows. */
export function lrnScale(parameters: usize, task: i32, scratch: usize): void {
  const p = changetype<Parameters>(parameters);
  const channels = p.channels;
  const alpha = f32x4.splat(p.alpha);
  const k = f32x4.splat(p.k);
  const end = min((task + 1) * p.block, p.rows);
  // The squares of a row between zeros, so that no window meets an edge.
  const squares = scratch + (<usize>p.before << 2);
  memory.fill(scratch, 0, <usize>(channels + p.size + 8) << 2);
  for (let row = task * p.block; row < end; row++) {
    const x = <usize>p.x + (<usize>row * channels << 2);
    const out = <usize>p.out + (<usize>row * channels << 2);
    let c = 0;
    for (; c + 4 <= channels; c += 4) {
      const value = v128.load(x + (<usize>c << 2));
      v128.store(squares + (<usize>c << 2), f32x4.mul(value, value));
    }
    for (; c < channels; c++) {
      const value = load<f32>(x + (<usize>c << 2));
      store<f32>(squares + (<usize>c << 2), value * value);
    }
    for (c = 0; c < channels; c += 4) {
      let at = scratch + (<usize>c << 2);
      let sum = v128.load(at);
      for (let t = 1; t < p.size; t++) {
        at += 4;
        sum = f32x4.add(sum, v128.load(at));
      }
      storeFirst(out + (<usize>c << 2), f32x4.add(k, f32x4.mul(alpha, sum)), channels - c);
    }
  }
}
