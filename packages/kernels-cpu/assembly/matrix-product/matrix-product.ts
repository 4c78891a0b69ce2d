import { SCRATCH_RIGHT, ZEROS } from '../../src/memory-map';
import { multiplyBlock, setRow } from './block';
import { packAcross, packAlong, panelStride } from './pack';
import { TILE_COLUMNS, TILE_ROWS } from './tile';

// @ts-ignore: decorator
@unmanaged
class Parameters {
  a: u32;
  b: u32;
  c: u32;
  /** Added to every row; 0 if there is none. */
  bias: u32;
  rows: i32;
  columns: i32;
  depth: i32;
  /** Numbers from one row to the next, as the operands lie. */
  aPitch: i32;
  bPitch: i32;
  /** Whether the operands lie transposed: a as [depth, rows], b as [columns, depth]. */
  aTransposed: i32;
  bTransposed: i32;
  blockRows: i32;
  blockColumns: i32;
  blockDepth: i32;
}

/** `c = a · b + bias`, all matrices row by row. A task is a block of rows and columns. */
export function matrixProduct(parameters: usize, task: i32, scratch: usize): void {
  const p = changetype<Parameters>(parameters);
  const rowBlocks = (p.rows + p.blockRows - 1) / p.blockRows;
  const i = (task % rowBlocks) * p.blockRows;
  const j = (task / rowBlocks) * p.blockColumns;
  const rows = min(p.blockRows, p.rows - i);
  const columns = min(p.blockColumns, p.columns - j);
  const right = scratch + SCRATCH_RIGHT;
  for (let row = 0; row < rows; row++) setRow(scratch, row, p.c + (<usize>(i + row) * p.columns + j) * 4);
  for (let k = 0; k < p.depth; k += p.blockDepth) {
    const depth = min(p.blockDepth, p.depth - k);
    const aStride = panelStride(depth, TILE_ROWS);
    const bStride = panelStride(depth, TILE_COLUMNS);
    const aBytes = <usize>p.aPitch << 2;
    const bBytes = <usize>p.bPitch << 2;
    if (p.aTransposed) packAlong(scratch, aStride, TILE_ROWS, p.a + <usize>k * aBytes + (<usize>i << 2), aBytes, depth, rows);
    else packAcross(scratch, aStride, TILE_ROWS, p.a + <usize>i * aBytes + (<usize>k << 2), aBytes, depth, rows);
    if (p.bTransposed) packAcross(right, bStride, TILE_COLUMNS, p.b + <usize>j * bBytes + (<usize>k << 2), bBytes, depth, columns);
    else packAlong(right, bStride, TILE_COLUMNS, p.b + <usize>k * bBytes + (<usize>j << 2), bBytes, depth, columns);
    const start: usize = k > 0 ? 0 : p.bias ? p.bias + (<usize>j << 2) : ZEROS;
    multiplyBlock(scratch, rows, columns, depth, scratch, aStride, right, bStride, 0, start);
  }
}
