import { SCRATCH_TILE } from '../../src/memory-map';
import { loadFirst } from '../vector/partial';
import { POINTS, transformFilter } from './transforms';

// @ts-ignore: decorator
@unmanaged
class Parameters {
  from: u32;
  to: u32;
  taps: i32;
  /** Whether the filter is turned round. */
  turned: i32;
  channels: i32;
  columns: i32;
  /** Numbers from the weights of one channel, tap and group to those of the next. */
  pitch: i32;
  tapPitch: i32;
  groupPitch: i32;
  panels: i32;
}

/**
 * Transforms filters and packs them as the right operands of 36 matrix products: `[group][point][panel][channel][8]`.
 * A task is one panel of one group. They are kept for as long as the weights are unchanged.
 */
export function winogradFilters(parameters: usize, task: i32, scratch: usize): void {
  const p = changetype<Parameters>(parameters);
  const group = task / p.panels;
  const panel = task - group * p.panels;
  const taps = p.taps;
  const count = min(8, p.columns - panel * 8);
  const last = taps * taps - 1;
  const filter = scratch + SCRATCH_TILE;
  const half = filter + 1024;
  const outStride = <usize>(p.panels * p.channels) << 5;
  for (let c = 0; c < p.channels; c++) {
    const from = p.from + (<usize>(group * p.groupPitch + c * p.pitch + panel * 8) << 2);
    const to = p.to + (<usize>((group * POINTS * POINTS * p.panels + panel) * p.channels + c) << 5);
    for (let lane = 0; lane < 8; lane += 4) {
      for (let tap = 0; tap <= last; tap++) {
        const place = p.turned ? last - tap : tap;
        const rest = count - lane;
        v128.store(filter + (<usize>tap << 4), rest > 0 ? loadFirst(from + (<usize>(place * p.tapPitch + lane) << 2), rest) : f32x4.splat(0));
      }
      const row = <usize>taps << 4;
      for (let s = 0; s < taps; s++) transformFilter(half + (<usize>s << 4), row, filter + (<usize>s << 4), row, taps);
      for (let i = 0; i < POINTS; i++) transformFilter(to + (<usize>lane << 2) + <usize>(i * POINTS) * outStride, outStride, half + <usize>i * row, 16, taps);
    }
  }
}
