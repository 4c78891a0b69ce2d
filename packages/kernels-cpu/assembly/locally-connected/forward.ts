import { SCRATCH_RIGHT } from '../../src/memory-map';
import { multiplyBlock, rowOf, setRow } from '../matrix-product/block';
import { packAlong, panelStride } from '../matrix-product/pack';
import { TILE_COLUMNS, TILE_ROWS } from '../matrix-product/tile';
import { Local } from './local';

// @ts-ignore: decorator
@unmanaged
class Parameters {
  /** Packed by {@link packImages}, and bytes from one panel to the next. */
  images: u32;
  stride: u32;
  weights: u32;
  bias: u32;
  out: u32;
  /** Images, output channels, and numbers of a filter row that are multiplied at once. */
  blockRows: i32;
  blockColumns: i32;
  blockDepth: i32;
}

const LOCAL = offsetof<Parameters>();

/**
 * At every place, what its filters cover in all images times their weights. Taps outside the image are left out, so each filter row is one run of pixels.
 * A task is a block of images and output channels at one place.
 */
export function locallyConnectedForward(parameters: usize, task: i32, scratch: usize): void {
  const own = changetype<Parameters>(parameters);
  const p = changetype<Local>(parameters + LOCAL);
  const rowBlocks = (p.count + own.blockRows - 1) / own.blockRows;
  const columnBlocks = (p.columns + own.blockColumns - 1) / own.blockColumns;
  const row = (task % rowBlocks) * own.blockRows;
  const rest = task / rowBlocks;
  const column = (rest % columnBlocks) * own.blockColumns;
  const place = rest / columnBlocks;
  const rows = min(own.blockRows, p.count - row);
  const columns = min(own.blockColumns, p.columns - column);
  const outRow = place / p.outWidth;
  const h = outRow * p.stepH - p.top;
  const w = (place - outRow * p.outWidth) * p.stepW - p.left;
  const firstS = max(0, -w);
  const run = (min(p.filterW, p.width - w) - firstS) * p.channels;
  const lastR = min(p.filterH, p.height - h);
  const places = p.outHeight * p.outWidth;
  const shift = <usize>(place * p.columns + column) << 2;
  for (let i = 0; i < rows; i++) setRow(scratch, i, own.out + (<usize>((row + i) * places) * p.columns << 2) + shift);
  const panels = own.images + <usize>(row / TILE_ROWS) * own.stride;
  const right = scratch + SCRATCH_RIGHT;
  let start: usize = own.bias + shift;
  for (let r = max(0, -h); r < lastR; r++) {
    const pixel = ((h + r) * p.width + w + firstS) * p.channels;
    const weights = own.weights + (<usize>(((place * p.filterH + r) * p.filterW + firstS) * p.channels) * p.columns + column << 2);
    for (let k = 0; k < run; k += own.blockDepth) {
      const depth = min(own.blockDepth, run - k);
      const bStride = panelStride(depth, TILE_COLUMNS);
      packAlong(right, bStride, TILE_COLUMNS, weights + (<usize>k * p.columns << 2), <usize>p.columns << 2, depth, columns);
      multiplyBlock(scratch, rows, columns, depth, panels + (<usize>(pixel + k) << 4), own.stride, right, bStride, 0, start);
      start = 0;
    }
  }
  if (start) for (let i = 0; i < rows; i++) memory.copy(rowOf(scratch, i), start, <usize>columns << 2);
}
