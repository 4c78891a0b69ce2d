import { packAlong } from '../matrix-product/pack';
import { TILE_COLUMNS } from '../matrix-product/tile';

// @ts-ignore: decorator
@unmanaged
class Parameters {
  from: u32;
  to: u32;
  /** Rows that are packed, in order; they may be every n-th of the filter's taps, each tap `tapRows` rows. */
  taps: i32;
  tapRows: i32;
  /** Taps of a filter row that are taken, then how far apart they and filter rows are, in taps. */
  tapsW: i32;
  firstTap: i32;
  stepW: i32;
  stepH: i32;
  /** Numbers from one row to the next and from one tap to the next. */
  pitch: i32;
  tapPitch: i32;
  columns: i32;
  /** Numbers from the weights of one group to those of the next, as they lie. */
  groupPitch: i32;
  panels: i32;
}

/**
 * Packs weights as the right operand of a matrix product, `[group][panel][row][8]`. A task is one panel of one group.
 * They are kept for as long as the weights are unchanged.
 */
export function packColumns(parameters: usize, task: i32, scratch: usize): void {
  const p = changetype<Parameters>(parameters);
  const group = task / p.panels;
  const panel = task - group * p.panels;
  const columns = min(TILE_COLUMNS, p.columns - panel * TILE_COLUMNS);
  const rows = p.taps * p.tapRows;
  let out = p.to + (<usize>task * rows * TILE_COLUMNS << 2);
  for (let tap = 0; tap < p.taps; tap++) {
    const place = p.firstTap + (tap / p.tapsW) * p.stepH + (tap % p.tapsW) * p.stepW;
    const from = p.from + (<usize>(group * p.groupPitch + place * p.tapPitch + panel * TILE_COLUMNS) << 2);
    packAlong(out, 0, TILE_COLUMNS, from, <usize>p.pitch << 2, p.tapRows, columns);
    out += <usize>(p.tapRows * TILE_COLUMNS) << 2;
  }
}
