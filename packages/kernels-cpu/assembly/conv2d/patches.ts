import { ZEROS, ZERO_COUNT } from '../../src/memory-map';
import { interleave } from '../matrix-product/pack';
import { TILE_ROWS } from '../matrix-product/tile';

/**
 * Images as the left operand of a matrix product: one row for each place of a grid over each image, one column for each tap and channel.
 * Tap (r, s) of place (i, j) reads the pixel (i · stepH + offsetH + r · directionH, j · stepW + offsetW + s · directionW); outside the image there are zeros.
 * Forward the taps go up and places are steps of the stride apart; backward the taps go down and the places are pixels.
 */
// @ts-ignore: decorator
@unmanaged
export class Patches {
  images: u32;
  height: i32;
  width: i32;
  /** Numbers from one pixel to the next. */
  pitch: i32;
  /** Channels that are read, from `images` on. */
  channels: i32;
  gridHeight: i32;
  gridWidth: i32;
  stepH: i32;
  stepW: i32;
  offsetH: i32;
  offsetW: i32;
  directionH: i32;
  directionW: i32;
  tapsH: i32;
  tapsW: i32;
}

/** Address of a tap's channels; that of zeros when it lies outside. */
// @ts-ignore: decorator
@inline
function tapOf(p: Patches, shift: usize, image: i32, h: i32, w: i32): usize {
  if (<u32>h >= <u32>p.height || <u32>w >= <u32>p.width) return ZEROS;
  return <usize>p.images + shift + (<usize>((image * p.height + h) * p.width + w) * p.pitch << 2);
}

/**
 * Packs places `row` to `row + rows - 1`, columns `column` to `column + depth - 1`, into panels of four places: `out[panel][column][0..3]`.
 *
 * @param shift Bytes to the first channel, for groups.
 */
export function packPatches(out: usize, outStride: usize, p: Patches, shift: usize, row: i32, rows: i32, column: i32, depth: i32): void {
  const channels = p.channels;
  const grid = p.gridHeight * p.gridWidth;
  const last = row + rows - 1;
  // Pixels of a filter row lie side by side, so that a row of taps is one run, where no tap of it lies outside.
  const rowRun = p.pitch == channels && p.directionW == 1 ? p.tapsW * channels : 0;
  for (let m = row; m <= last; m += TILE_ROWS) {
    const m1 = min(m + 1, last);
    const m2 = min(m + 2, last);
    const m3 = min(m + 3, last);
    const n0 = m / grid, n1 = m1 / grid, n2 = m2 / grid, n3 = m3 / grid;
    const i0 = (m - n0 * grid) / p.gridWidth, i1 = (m1 - n1 * grid) / p.gridWidth, i2 = (m2 - n2 * grid) / p.gridWidth, i3 = (m3 - n3 * grid) / p.gridWidth;
    const w0 = ((m - n0 * grid) - i0 * p.gridWidth) * p.stepW + p.offsetW;
    const w1 = ((m1 - n1 * grid) - i1 * p.gridWidth) * p.stepW + p.offsetW;
    const w2 = ((m2 - n2 * grid) - i2 * p.gridWidth) * p.stepW + p.offsetW;
    const w3 = ((m3 - n3 * grid) - i3 * p.gridWidth) * p.stepW + p.offsetW;
    const h0 = i0 * p.stepH + p.offsetH, h1 = i1 * p.stepH + p.offsetH, h2 = i2 * p.stepH + p.offsetH, h3 = i3 * p.stepH + p.offsetH;
    const inside = rowRun > 0 && min(min(w0, w1), min(w2, w3)) >= 0 && max(max(w0, w1), max(w2, w3)) + p.tapsW <= p.width && rowRun <= ZERO_COUNT;
    const run = inside ? rowRun : channels;
    let tap = column / run;
    let from = column - tap * run;
    let left = depth;
    let to = out;
    while (left > 0) {
      const r = (inside ? tap : tap / p.tapsW) * p.directionH;
      const s = (inside ? 0 : tap % p.tapsW) * p.directionW;
      // A long run is cut, since there are only so many zeros.
      const count = min(min(run - from, left), ZERO_COUNT);
      const q0 = tapOf(p, shift, n0, h0 + r, w0 + s);
      const q1 = tapOf(p, shift, n1, h1 + r, w1 + s);
      const q2 = tapOf(p, shift, n2, h2 + r, w2 + s);
      const q3 = tapOf(p, shift, n3, h3 + r, w3 + s);
      const skip = <usize>from << 2;
      interleave(
        to,
        TILE_ROWS * 4,
        q0 == ZEROS ? q0 : q0 + skip,
        q1 == ZEROS ? q1 : q1 + skip,
        q2 == ZEROS ? q2 : q2 + skip,
        q3 == ZEROS ? q3 : q3 + skip,
        count,
      );
      to += <usize>count << 4;
      left -= count;
      from += count;
      if (from == run) {
        from = 0;
        tap++;
      }
    }
    out += outStride;
  }
}

/**
 * The same numbers transposed: packs columns `column` to `column + columns - 1` of places `row` to `row + depth - 1` into panels of four columns: `out[panel][place][0..3]`.
 * Columns beyond the last are zero.
 *
 * @param line Memory for `columns` numbers and three more.
 */
export function packPatchesTransposed(out: usize, outStride: usize, p: Patches, shift: usize, row: i32, depth: i32, column: i32, columns: i32, line: usize): void {
  const channels = p.channels;
  const grid = p.gridHeight * p.gridWidth;
  const rowRun = p.pitch == channels && p.directionW == 1 ? p.tapsW * channels : 0;
  for (let k = 0; k < depth; k++) {
    const m = row + k;
    const n = m / grid;
    const i = (m - n * grid) / p.gridWidth;
    const w = (m - n * grid - i * p.gridWidth) * p.stepW + p.offsetW;
    const h = i * p.stepH + p.offsetH;
    const inside = rowRun > 0 && rowRun <= ZERO_COUNT && w >= 0 && w + p.tapsW <= p.width;
    const run = inside ? rowRun : channels;
    // Runs of whole vectors go straight to their panels; others are first laid end to end.
    const straight = ((channels | column) & 3) == 0;
    let tap = column / run;
    let from = column - tap * run;
    let left = columns;
    let to = straight ? out : line;
    while (left > 0) {
      const r = (inside ? tap : tap / p.tapsW) * p.directionH;
      const s = (inside ? 0 : tap % p.tapsW) * p.directionW;
      const count = min(min(run - from, left), ZERO_COUNT);
      let q = tapOf(p, shift, n, h + r, w + s);
      if (q != ZEROS) q += <usize>from << 2;
      if (straight) {
        for (let c = 0; c < count; c += 4) {
          v128.store(to, v128.load(q));
          q += 16;
          to += outStride;
        }
      } else {
        let c = 0;
        for (; c + 4 <= count; c += 4) v128.store(to + (<usize>c << 2), v128.load(q + (<usize>c << 2)));
        for (; c < count; c++) store<f32>(to + (<usize>c << 2), load<f32>(q + (<usize>c << 2)));
        to += <usize>count << 2;
      }
      left -= count;
      from += count;
      if (from == run) {
        from = 0;
        tap++;
      }
    }
    if (!straight) {
      v128.store(to, f32x4.splat(0));
      let panel = out;
      for (let c = 0; c < columns; c += 4) {
        v128.store(panel, v128.load(line + (<usize>c << 2)));
        panel += outStride;
      }
    }
    out += 16;
  }
}
