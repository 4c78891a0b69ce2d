import { SCRATCH_TABLE, SCRATCH_TILE } from '../../src/memory-map';
import { TILE_COLUMNS, TILE_ROWS, multiplyTile } from './tile';

/** Says where row `i` of the result lies. */
// @ts-ignore: decorator
@inline
export function setRow(scratch: usize, i: i32, address: usize): void {
  store<u32>(scratch + SCRATCH_TABLE + (<usize>i << 2), <u32>address);
}

// @ts-ignore: decorator
@inline
export function rowOf(scratch: usize, i: i32): usize {
  return load<u32>(scratch + SCRATCH_TABLE + (<usize>i << 2));
}

/**
 * A block of a matrix product, tile by tile, into rows that {@link setRow} has named.
 *
 * @param a Panels of four rows, `aStride` bytes apart.
 * @param b Panels of eight columns, `bStride` bytes apart.
 * @param column Byte of each row at which the block begins.
 * @param start What the sums start from: the address of `columns` numbers, 0 to go on from the result.
 */
export function multiplyBlock(scratch: usize, rows: i32, columns: i32, depth: i32, a: usize, aStride: usize, b: usize, bStride: usize, column: usize, start: usize): void {
  for (let j = 0; j < columns; j += TILE_COLUMNS) {
    const width = min(columns - j, TILE_COLUMNS);
    let panel = a;
    for (let i = 0; i < rows; i += TILE_ROWS) {
      const height = min(rows - i, TILE_ROWS);
      if (width == TILE_COLUMNS && height == TILE_ROWS) {
        multiplyTile(depth, panel, b, rowOf(scratch, i) + column, rowOf(scratch, i + 1) + column, rowOf(scratch, i + 2) + column, rowOf(scratch, i + 3) + column, start);
      } else {
        multiplyEdge(scratch, i, height, width, depth, panel, b, column, start);
      }
      panel += aStride;
    }
    b += bStride;
    column += TILE_COLUMNS * 4;
    if (start) start += TILE_COLUMNS * 4;
  }
}

/** A tile of which a part lies outside the result: computed apart, then copied as far as it exists. */
function multiplyEdge(scratch: usize, i: i32, height: i32, width: i32, depth: i32, a: usize, b: usize, column: usize, start: usize): void {
  const tile = scratch + SCRATCH_TILE;
  const bytes = <usize>width << 2;
  for (let r = 0; r < TILE_ROWS; r++) {
    const row = tile + (<usize>r << 5);
    v128.store(row, f32x4.splat(0));
    v128.store(row, f32x4.splat(0), 16);
    if (start) memory.copy(row, start, bytes);
    else if (r < height) memory.copy(row, rowOf(scratch, i + r) + column, bytes);
  }
  multiplyTile(depth, a, b, tile, tile + 32, tile + 64, tile + 96, 0);
  for (let r = 0; r < height; r++) memory.copy(rowOf(scratch, i + r) + column, tile + (<usize>r << 5), bytes);
}
