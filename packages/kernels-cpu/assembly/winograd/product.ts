import { SCRATCH_RIGHT, SCRATCH_TILE, ZEROS } from '../../src/memory-map';
import { Patches, packPatches } from '../conv2d/patches';
import { multiplyBlock, setRow } from '../matrix-product/block';
import { PANEL_GAP } from '../matrix-product/pack';
import { keepFirst, loadFirst, storeFirst } from '../vector/partial';
import { POINTS, transformPixels, transformProducts } from './transforms';

// @ts-ignore: decorator
@unmanaged
class Parameters {
  out: u32;
  /** Made by {@link winogradFilters}. */
  filters: u32;
  /** The weights as they lie, for tiles that hold a number without end. */
  weights: u32;
  /** Added to every place; 0 if there is none. */
  bias: u32;
  tiles: i32;
  /** Channels of one group in the result. */
  columns: i32;
  groups: i32;
  blockTiles: i32;
  blockColumns: i32;
  /** Rows and columns of results in a tile, 4 or 2, and taps of the filter, 3 or 5. */
  results: i32;
  taps: i32;
  outHeight: i32;
  outWidth: i32;
  turned: i32;
  pitch: i32;
  tapPitch: i32;
  groupPitch: i32;
}

const PATCHES = offsetof<Parameters>();

/**
 * A convolution of stride 1 by Winograd's minimal filtering: tiles of 6 × 6 pixels are transformed, multiplied with transformed filters, a matrix product for each of 36 points,
 * and transformed back. A task is a block of tiles of one group.
 */
export function winogradProduct(parameters: usize, task: i32, scratch: usize): void {
  const p = changetype<Parameters>(parameters);
  const patches = changetype<Patches>(parameters + PATCHES);
  const blocks = (p.tiles + p.blockTiles - 1) / p.blockTiles;
  const group = task / blocks;
  const first = (task - group * blocks) * p.blockTiles;
  const tiles = min(p.blockTiles, p.tiles - first);
  const channels = patches.channels;
  const aStride = (<usize>channels << 4) + PANEL_GAP;
  const pointStride = aStride * ((p.blockTiles + 3) / 4);
  for (let point = 0; point < POINTS * POINTS; point++) {
    packPatches(scratch + <usize>point * pointStride, aStride, patches, <usize>(group * channels) << 2, first, tiles, point * channels, channels);
  }
  transformTiles(scratch, pointStride, aStride, (tiles + 3) / 4, channels, scratch + SCRATCH_TILE);

  const products = scratch + SCRATCH_RIGHT;
  const rowBytes = <usize>p.blockColumns << 2;
  const productStride = rowBytes * p.blockTiles + PANEL_GAP;
  for (let i = 0; i < tiles; i++) setRow(scratch, i, products + <usize>i * rowBytes);
  const panels = (p.columns + 7) / 8;
  const bStride = <usize>channels << 5;
  for (let column = 0; column < p.columns; column += p.blockColumns) {
    const columns = min(p.blockColumns, p.columns - column);
    for (let point = 0; point < POINTS * POINTS; point++) {
      const b = p.filters + <usize>((group * POINTS * POINTS + point) * panels + column / 8) * bStride;
      multiplyBlock(scratch, tiles, columns, channels, scratch + <usize>point * pointStride, aStride, b, bStride, <usize>point * productStride, ZEROS);
    }
    for (let i = 0; i < tiles; i++) writeTile(p, patches, scratch, group, first + i, column, columns, products + <usize>i * rowBytes, productStride);
  }
}

/** Transforms panels of four tiles in place. */
function transformTiles(a: usize, pointStride: usize, aStride: usize, panels: i32, channels: i32, half: usize): void {
  for (let panel = 0; panel < panels; panel++) {
    for (let c = 0; c < channels; c++) {
      const tile = a + <usize>panel * aStride + (<usize>c << 4);
      for (let s: usize = 0; s < <usize>POINTS; s++) transformPixels(half + (s << 4), POINTS << 4, tile + s * pointStride, <usize>POINTS * pointStride);
      for (let r: usize = 0; r < <usize>POINTS; r++) transformPixels(tile + r * <usize>POINTS * pointStride, pointStride, half + r * (POINTS << 4), 16);
    }
  }
}

/** Transforms the products of one tile back and writes those of its results that exist. */
function writeTile(p: Parameters, patches: Patches, scratch: usize, group: i32, tile: i32, column: i32, columns: i32, products: usize, productStride: usize): void {
  const results = p.results;
  const grid = patches.gridHeight * patches.gridWidth;
  const image = tile / grid;
  const top = ((tile - image * grid) / patches.gridWidth) * results;
  const left = ((tile - image * grid) % patches.gridWidth) * results;
  const height = min(results, p.outHeight - top);
  const width = min(results, p.outWidth - left);
  const half = scratch + SCRATCH_TILE;
  const whole = half + 1024;
  const pixel = <usize>(p.columns * p.groups) << 2;
  const shift = <usize>(group * p.columns + column) << 2;
  const out = p.out + <usize>((image * p.outHeight + top) * p.outWidth + left) * pixel + shift;
  // What is no finite number leaves something other than 0 behind when it is taken from itself.
  let trace = f32x4.splat(0);
  for (let j = 0; j < columns; j += 4) {
    const at = products + (<usize>j << 2);
    for (let s: usize = 0; s < <usize>POINTS; s++) transformProducts(half + (s << 4), POINTS << 4, at + s * productStride, <usize>POINTS * productStride, results);
    for (let r = 0; r < height; r++) transformProducts(whole + (<usize>(r * results) << 4), 16, half + <usize>r * (POINTS << 4), 16, results);
    const rest = columns - j;
    const bias = p.bias ? loadFirst(p.bias + shift + (<usize>j << 2), rest) : f32x4.splat(0);
    for (let r = 0; r < height; r++) {
      for (let s = 0; s < width; s++) {
        const value = f32x4.add(v128.load(whole + (<usize>(r * results + s) << 4)), bias);
        trace = v128.or(trace, keepFirst(f32x4.sub(value, value), rest));
        storeFirst(out + <usize>(r * p.outWidth + s) * pixel + (<usize>j << 2), value, rest);
      }
    }
  }
  // Infinite numbers and NaN would fill their whole tile: such a tile is added up tap by tap.
  if (v128.any_true(f32x4.ne(trace, f32x4.splat(0)))) {
    for (let r = 0; r < height; r++) {
      for (let s = 0; s < width; s++) addTaps(p, patches, group, image, top + r, left + s, column, columns, out + <usize>(r * p.outWidth + s) * pixel, p.bias ? p.bias + shift : ZEROS);
    }
  }
}

/** One place, as the plain body computes it. */
function addTaps(p: Parameters, patches: Patches, group: i32, image: i32, row: i32, column: i32, first: i32, count: i32, out: usize, start: usize): void {
  memory.copy(out, start, <usize>count << 2);
  const last = p.taps * p.taps - 1;
  for (let r = 0; r < p.taps; r++) {
    const h = row + patches.offsetH + r;
    if (<u32>h >= <u32>patches.height) continue;
    for (let s = 0; s < p.taps; s++) {
      const w = column + patches.offsetW + s;
      if (<u32>w >= <u32>patches.width) continue;
      const x = patches.images + (<usize>(((image * patches.height + h) * patches.width + w) * patches.pitch + group * patches.channels) << 2);
      const tap = r * p.taps + s;
      const weights = p.weights + (<usize>((p.turned ? last - tap : tap) * p.tapPitch + group * p.groupPitch + first) << 2);
      for (let c = 0; c < patches.channels; c++) {
        const value = f32x4.splat(load<f32>(x + (<usize>c << 2)));
        const line = weights + (<usize>(c * p.pitch) << 2);
        for (let j = 0; j < count; j += 4) {
          const at = <usize>j << 2;
          storeFirst(out + at, f32x4.add(loadFirst(out + at, count - j), f32x4.mul(value, loadFirst(line + at, count - j))), count - j);
        }
      }
    }
  }
}
