import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { Tensor } from '@convkit/tensor';
import { mapsOf, tileMaps } from '../../src/dashboard/tile-maps.js';

/** The grey levels of a PNG, a list for each row. */
async function greys(png: Uint8Array): Promise<readonly (readonly number[])[]> {
  const { data, info } = await sharp(png).toColourspace('b-w').raw().toBuffer({ resolveWithObject: true });
  expect(info.channels).toBe(1);
  return Array.from({ length: info.height }, (_, y) => [...data.subarray(y * info.width, (y + 1) * info.width)]);
}

describe('the picture of a layer', () => {
  it('has the maps row by row as tiles, from its least to its greatest number', async () => {
    // [1, 1, 2, 3]: map c is [c, 10 + c].
    const { data } = Tensor.from([1, 1, 2, 3], [0, 1, 2, 10, 11, 12]);
    const grey = (value: number) => Math.round((255 * value) / 12);
    expect(await greys(await tileMaps(new Tensor([1, 1, 2, 3], data)))).toEqual([
      [grey(0), grey(10), 64, grey(1), grey(11)],
      [64, 64, 64, 64, 64],
      [grey(2), grey(12), 64, 64, 64],
    ]);
  });

  it('has the numbers of a dense layer as pixels without lines', async () => {
    expect(await greys(await tileMaps(Tensor.from([1, 5], [-1, 0, 1, -1, 1])))).toEqual([
      [0, 128, 255],
      [0, 255, 0],
    ]);
  });

  it('is black where all numbers are the same, and bears what is no number', async () => {
    expect(await greys(await tileMaps(Tensor.from([1, 4], [3, 3, 3, 3])))).toEqual([[0, 0], [0, 0]]);
    expect(await greys(await tileMaps(Tensor.from([1, 4], [0, NaN, Infinity, 2])))).toEqual([[0, 0], [255, 255]]);
    expect(await greys(await tileMaps(Tensor.from([1, 1], [NaN])))).toEqual([[0]]);
  });

  it('knows rows, columns and number of maps', () => {
    expect(mapsOf([1, 13, 12, 7])).toEqual([13, 12, 7]);
    expect(mapsOf([1, 512])).toEqual([1, 1, 512]);
  });
});
