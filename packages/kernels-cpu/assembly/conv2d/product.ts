import { ZEROS } from '../../src/memory-map';
import { multiplyBlock, rowOf, setRow } from '../matrix-product/block';
import { panelStride } from '../matrix-product/pack';
import { TILE_ROWS } from '../matrix-product/tile';
import { Patches, packPatches } from './patches';

// @ts-ignore: decorator
@unmanaged
class Parameters {
  out: u32;
  /** Packed by {@link packColumns}. */
  weights: u32;
  /** Added to every place, `[group][columns]`; 0 if there is none. */
  bias: u32;
  places: i32;
  /** Channels of one group, in the result and in the image. */
  columns: i32;
  depth: i32;
  groups: i32;
  blockRows: i32;
  blockColumns: i32;
  blockDepth: i32;
  /** Where the places lie in the result: rows and columns of an image of it, the first place and the step between places. */
  outHeight: i32;
  outWidth: i32;
  firstH: i32;
  firstW: i32;
  outStepH: i32;
  outStepW: i32;
}

/** Where the patches follow in the parameters. */
const PATCHES = offsetof<Parameters>();

/**
 * Places times weights: a convolution, or its gradient by the input. The packing reads the image, so no matrix of all patches ever exists.
 * A task is a block of places and of the channels of one group.
 */
export function conv2dProduct(parameters: usize, task: i32, scratch: usize): void {
  const p = changetype<Parameters>(parameters);
  const patches = changetype<Patches>(parameters + PATCHES);
  const rowBlocks = (p.places + p.blockRows - 1) / p.blockRows;
  const columnBlocks = (p.columns + p.blockColumns - 1) / p.blockColumns;
  const row = (task % rowBlocks) * p.blockRows;
  const rest = task / rowBlocks;
  const column = (rest % columnBlocks) * p.blockColumns;
  const group = rest / columnBlocks;
  const rows = min(p.blockRows, p.places - row);
  const columns = min(p.blockColumns, p.columns - column);
  const pitch = <usize>(p.columns * p.groups) << 2;
  const shift = <usize>(group * p.columns + column) << 2;
  const grid = patches.gridHeight * patches.gridWidth;
  for (let i = 0; i < rows; i++) {
    const place = row + i;
    const image = place / grid;
    const h = (place - image * grid) / patches.gridWidth;
    const w = place - image * grid - h * patches.gridWidth;
    const pixel = <usize>((image * p.outHeight + p.firstH + h * p.outStepH) * p.outWidth + p.firstW + w * p.outStepW);
    setRow(scratch, i, p.out + pixel * pitch + shift);
  }
  const bStride = <usize>(p.depth * 8) << 2;
  const weights = p.weights + (<usize>group * ((p.columns + 7) / 8) + <usize>(column / 8)) * bStride;
  for (let k = 0; k < p.depth; k += p.blockDepth) {
    const depth = min(p.blockDepth, p.depth - k);
    const aStride = panelStride(depth, TILE_ROWS);
    packPatches(scratch, aStride, patches, <usize>(group * patches.channels) << 2, row, rows, k, depth);
    const start: usize = k > 0 ? 0 : p.bias ? p.bias + shift : ZEROS;
    multiplyBlock(scratch, rows, columns, depth, scratch, aStride, weights + (<usize>k << 5), bStride, 0, start);
  }
  if (p.depth == 0) for (let i = 0; i < rows; i++) memory.fill(rowOf(scratch, i), 0, <usize>columns << 2);
}
