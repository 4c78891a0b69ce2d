import { SCRATCH_RIGHT, SCRATCH_TILE, ZEROS } from '../../src/memory-map';
import { multiplyBlock, setRow } from '../matrix-product/block';
import { packAlong, panelStride } from '../matrix-product/pack';
import { TILE_COLUMNS, TILE_ROWS } from '../matrix-product/tile';
import { Patches, packPatchesTransposed } from './patches';

// @ts-ignore: decorator
@unmanaged
class Parameters {
  dy: u32;
  /** Partial sums `[slab][tap, channel][group, column]`. */
  out: u32;
  places: i32;
  /** Places in a slab. */
  slab: i32;
  /** Taps times channels of a group; output channels of a group. */
  rows: i32;
  columns: i32;
  groups: i32;
  blockRows: i32;
  blockColumns: i32;
  blockDepth: i32;
}

const PATCHES = offsetof<Parameters>();

/** Patches, transposed, times the gradient of the result, in partial sums over slabs of places. A task is a block of one group's weights in one slab. */
export function conv2dBackwardWeights(parameters: usize, task: i32, scratch: usize): void {
  const p = changetype<Parameters>(parameters);
  const patches = changetype<Patches>(parameters + PATCHES);
  const rowBlocks = (p.rows + p.blockRows - 1) / p.blockRows;
  const columnBlocks = (p.columns + p.blockColumns - 1) / p.blockColumns;
  const row = (task % rowBlocks) * p.blockRows;
  let rest = task / rowBlocks;
  const column = (rest % columnBlocks) * p.blockColumns;
  rest /= columnBlocks;
  const group = rest % p.groups;
  const slab = rest / p.groups;
  const rows = min(p.blockRows, p.rows - row);
  const columns = min(p.blockColumns, p.columns - column);
  const pitch = <usize>(p.columns * p.groups) << 2;
  const shift = <usize>(group * p.columns + column) << 2;
  const out = p.out + <usize>slab * p.rows * pitch + shift;
  for (let i = 0; i < rows; i++) setRow(scratch, i, out + <usize>(row + i) * pitch);
  const right = scratch + SCRATCH_RIGHT;
  const end = min((slab + 1) * p.slab, p.places);
  const first = slab * p.slab;
  for (let k = first; k < end; k += p.blockDepth) {
    const depth = min(p.blockDepth, end - k);
    const aStride = panelStride(depth, TILE_ROWS);
    const bStride = panelStride(depth, TILE_COLUMNS);
    packPatchesTransposed(scratch, aStride, patches, <usize>(group * patches.channels) << 2, k, depth, row, rows, scratch + SCRATCH_TILE);
    packAlong(right, bStride, TILE_COLUMNS, p.dy + <usize>k * pitch + shift, pitch, depth, columns);
    multiplyBlock(scratch, rows, columns, depth, scratch, aStride, right, bStride, 0, k > first ? 0 : ZEROS);
  }
}
