import { SCRATCH_RIGHT, ZEROS } from '../../src/memory-map';
import { multiplyBlock, setRow } from '../matrix-product/block';
import { packAlong, panelStride } from '../matrix-product/pack';
import { TILE_COLUMNS, TILE_ROWS } from '../matrix-product/tile';
import { Local } from './local';

// @ts-ignore: decorator
@unmanaged
class Parameters {
  x: u32;
  dy: u32;
  out: u32;
  /** Numbers of a filter row, output channels, and images that are multiplied at once. */
  blockRows: i32;
  blockColumns: i32;
  blockDepth: i32;
}

const LOCAL = offsetof<Parameters>();

/**
 * At every place, what one row of its filters covered in all images, transposed, times the gradient of the result. Weights that lay outside the image have no gradient.
 * A task is a filter row and a block of output channels at one place.
 */
export function locallyConnectedBackwardWeights(parameters: usize, task: i32, scratch: usize): void {
  const own = changetype<Parameters>(parameters);
  const p = changetype<Local>(parameters + LOCAL);
  const columnBlocks = (p.columns + own.blockColumns - 1) / own.blockColumns;
  const column = (task % columnBlocks) * own.blockColumns;
  const columns = min(own.blockColumns, p.columns - column);
  const filterRow = task / columnBlocks;
  const place = filterRow / p.filterH;
  const outRow = place / p.outWidth;
  const h = outRow * p.stepH - p.top + filterRow - place * p.filterH;
  const w = (place - outRow * p.outWidth) * p.stepW - p.left;
  const inside = h >= 0 && h < p.height;
  const firstS = inside ? min(max(0, -w), p.filterW) : p.filterW;
  const lastS = inside ? max(firstS, min(p.filterW, p.width - w)) : p.filterW;
  const pitch = <usize>p.columns << 2;
  const out = own.out + <usize>(filterRow * p.filterW * p.channels) * pitch + (<usize>column << 2);
  for (let i = 0; i < firstS * p.channels; i++) memory.fill(out + <usize>i * pitch, 0, <usize>columns << 2);
  for (let i = lastS * p.channels; i < p.filterW * p.channels; i++) memory.fill(out + <usize>i * pitch, 0, <usize>columns << 2);
  const run = (lastS - firstS) * p.channels;
  if (run == 0) return;
  const image = <usize>(p.height * p.width * p.channels) << 2;
  const result = <usize>(p.outHeight * p.outWidth) * pitch;
  const x = own.x + (<usize>((h * p.width + w + firstS) * p.channels) << 2);
  const dy = own.dy + <usize>place * pitch + (<usize>column << 2);
  const right = scratch + SCRATCH_RIGHT;
  for (let n = 0; n < p.count; n += own.blockDepth) {
    const depth = min(own.blockDepth, p.count - n);
    const aStride = panelStride(depth, TILE_ROWS);
    const bStride = panelStride(depth, TILE_COLUMNS);
    packAlong(right, bStride, TILE_COLUMNS, dy + <usize>n * result, result, depth, columns);
    for (let i = 0; i < run; i += own.blockRows) {
      const rows = min(own.blockRows, run - i);
      for (let m = 0; m < rows; m++) setRow(scratch, m, out + <usize>(firstS * p.channels + i + m) * pitch);
      packAlong(scratch, aStride, TILE_ROWS, x + <usize>n * image + (<usize>i << 2), image, depth, rows);
      multiplyBlock(scratch, rows, columns, depth, scratch, aStride, right, bStride, 0, n > 0 ? 0 : ZEROS);
    }
  }
}
