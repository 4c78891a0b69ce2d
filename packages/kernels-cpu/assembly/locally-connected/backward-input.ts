import { SCRATCH_RIGHT, ZEROS } from '../../src/memory-map';
import { multiplyBlock, rowOf, setRow } from '../matrix-product/block';
import { packAcross, panelStride } from '../matrix-product/pack';
import { TILE_COLUMNS, TILE_ROWS } from '../matrix-product/tile';
import { Local } from './local';

// @ts-ignore: decorator
@unmanaged
class Parameters {
  /** The gradient of the result, packed by {@link packImages}, and bytes from one panel to the next. */
  dy: u32;
  stride: u32;
  weights: u32;
  out: u32;
  /** Images, input channels, and output channels of a place that are multiplied at once. */
  blockRows: i32;
  blockColumns: i32;
  blockDepth: i32;
}

const LOCAL = offsetof<Parameters>();

/**
 * At every pixel, the gradients of all places whose filter covered it times the weights that lay on it, which are read transposed.
 * A task is a block of images and input channels at one pixel.
 */
export function locallyConnectedBackwardInput(parameters: usize, task: i32, scratch: usize): void {
  const own = changetype<Parameters>(parameters);
  const p = changetype<Local>(parameters + LOCAL);
  const rowBlocks = (p.count + own.blockRows - 1) / own.blockRows;
  const columnBlocks = (p.channels + own.blockColumns - 1) / own.blockColumns;
  const row = (task % rowBlocks) * own.blockRows;
  const rest = task / rowBlocks;
  const column = (rest % columnBlocks) * own.blockColumns;
  const pixel = rest / columnBlocks;
  const rows = min(own.blockRows, p.count - row);
  const columns = min(own.blockColumns, p.channels - column);
  const h = pixel / p.width + p.top;
  const w = pixel - (pixel / p.width) * p.width + p.left;
  const pixels = p.height * p.width;
  const shift = <usize>(pixel * p.channels + column) << 2;
  for (let i = 0; i < rows; i++) setRow(scratch, i, own.out + (<usize>((row + i) * pixels) * p.channels << 2) + shift);
  const panels = own.dy + <usize>(row / TILE_ROWS) * own.stride;
  const right = scratch + SCRATCH_RIGHT;
  let start: usize = ZEROS;
  for (let i = min(h / p.stepH, p.outHeight - 1); i >= 0 && h - i * p.stepH < p.filterH; i--) {
    for (let j = min(w / p.stepW, p.outWidth - 1); j >= 0 && w - j * p.stepW < p.filterW; j--) {
      const place = i * p.outWidth + j;
      const tap = (place * p.filterH + h - i * p.stepH) * p.filterW + w - j * p.stepW;
      const weights = own.weights + (<usize>(tap * p.channels + column) * p.columns << 2);
      for (let k = 0; k < p.columns; k += own.blockDepth) {
        const depth = min(own.blockDepth, p.columns - k);
        const bStride = panelStride(depth, TILE_COLUMNS);
        packAcross(right, bStride, TILE_COLUMNS, weights + (<usize>k << 2), <usize>p.columns << 2, depth, columns);
        multiplyBlock(scratch, rows, columns, depth, panels + (<usize>(place * p.columns + k) << 4), own.stride, right, bStride, 0, start);
        start = 0;
      }
    }
  }
  if (start) for (let i = 0; i < rows; i++) memory.fill(rowOf(scratch, i), 0, <usize>columns << 2);
}
