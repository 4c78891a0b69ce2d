import { findNetwork, recipes, trainingRows, trainingSteps, type PixelStatistics, type Recipe } from '@convkit/alexnet';
import { augment, type AnyImage, type FloatImage } from '@convkit/data-aug';
import { Sampler, defineDataset } from '@convkit/datasets';
import { RandomStream } from '@convkit/tensor';
import { describe, expect, it } from 'vitest';

const seed = 3;
const draws = new RandomStream(9, 'test');

function noise(width: number, height: number, channels: number, place: number): { width: number; height: number; channels: number; data: Uint8Array } {
  const words = draws.at(place);
  return { width, height, channels, data: Uint8Array.from({ length: width * height * channels }, () => words.integer(256)) };
}

/** Numbers with digits to the last place, so that a step more or less rounds differently. */
function statisticsOf(size: number, channels: number): PixelStatistics {
  const words = draws.at(1, 1);
  const meanImage: FloatImage = { width: size, height: size, channels, data: Float32Array.from({ length: size * size * channels }, () => 100 + 40 * words.uniform()) };
  return {
    mean: Array.from({ length: channels }, () => 100 + 40 * words.uniform()),
    deviation: Array.from({ length: channels }, (_, c) => (c === 1 ? 0 : 50 + 20 * words.uniform())),
    meanImage,
    pca: { deviations: [5.1, 17.3, 61.7], axes: [[0.41, -0.81, 0.39], [-0.71, -0.02, 0.7], [-0.56, -0.57, -0.59]] },
  };
}

/** Rows of a batch of these images, and what the steps, one after the other, make of them. */
async function both(recipe: Recipe, images: readonly AnyImage[], epoch: number, statistics?: PixelStatistics) {
  const [{ channels }] = images;
  const size = recipe.data.sizes[1];
  const format = { size, channels, classes: 2 };
  const used = statistics ?? statisticsOf(size, channels);
  const data = defineDataset({ name: 'noise', split: 'train', length: images.length, classes: ['a', 'b'], channels }, (i) => ({ image: images[i] as never, label: i % 2 }));
  const source = trainingRows(data, { recipe: { ...recipe, data: { ...recipe.data, order: 'once' } }, format, statistics: used }, images.length, seed);
  const rowSize = source.rowShape.reduce((a, b) => a * b);
  const rows = new Float32Array(images.length * rowSize);
  const order = [...new Sampler({ length: images.length, batch: images.length, seed, reshuffle: false }).order(0)];
  await source.rows(epoch, 0, 0, images.length, rows);
  const { place, colour } = trainingSteps(recipe, format, used, epoch);
  const expected = order.map((item, i) => {
    const placed = augment(images[item], place, new RandomStream(seed, 'augment').at(epoch, order[i - (i % recipe.data.imagesPerDraw)])).image;
    return augment(placed, colour, new RandomStream(seed, 'colour noise').at(epoch, item)).image.data as Float32Array;
  });
  return { rows: order.map((_, i) => rows.subarray(i * rowSize, (i + 1) * rowSize)), expected };
}

const equal = (a: Float32Array, b: Float32Array) => Buffer.compare(Buffer.from(a.buffer, a.byteOffset, a.byteLength), Buffer.from(b.buffer, b.byteOffset, b.byteLength)) === 0;

describe.each(Object.keys(recipes))('%s', (name) => {
  const recipe = recipes[name];
  const size = recipe.data.sizes[1];
  const sizes = recipe.data.crop.resized === undefined ? [size, size] : [size + 31, size - 5];

  it.each([0, 200])('rows have the bits of the steps one after the other, epoch %i', async (epoch) => {
    const channels = recipe.data.channels ?? 3;
    const images = Array.from({ length: 5 }, (_, i) => noise(sizes[0], sizes[1], channels, 10 + i));
    const { rows, expected } = await both(recipe, images, epoch);
    expect(rows.map((row, i) => equal(row, expected[i]))).toEqual([true, true, true, true, true]);
    expect(new Set(rows.map((row) => row.join())).size).toBe(5);
  });
});

describe('choices that recipes may come to', () => {
  const { recipe } = findNetwork('alexnet-mini');
  const data: Recipe['data'] = { ...recipe.data, sizes: [12, 12], crop: { border: 3 }, flip: 0.5 };
  const colourNoise = { strength: 0.3, by: 'deviation', divisor: 1.1, pca: 'data' } as const;

  const cases: [string, Partial<Recipe['data']>][] = (['channels', 'image', 'image-in-place'] as const).flatMap((mean) =>
    [false, true].flatMap((unitDeviation) =>
      [undefined, colourNoise].map((noisy): [string, Partial<Recipe['data']>] => [
        `mean ${mean}, deviation ${unitDeviation}, noise ${noisy !== undefined}`,
        { mean, unitDeviation, ...(noisy === undefined ? {} : { colourNoise: noisy }) },
      ]),
    ),
  );
  it.each(cases)('%s', async (_name, changes) => {
    for (const channels of changes.colourNoise === undefined ? [1, 3] : [3]) {
      const { colourNoise: _, ...plain } = data;
      const images = Array.from({ length: 12 }, (_, i) => noise(12, 12, channels, 20 + i));
      const { rows, expected } = await both({ ...recipe, data: { ...plain, ...changes } }, images, 0);
      expect(rows.every((row, i) => equal(row, expected[i]))).toBe(true);
    }
  });

  it('a mean image larger than the image lends its middle in place, too', async () => {
    const { colourNoise: _, ...plain } = data;
    const images = Array.from({ length: 4 }, (_, i) => noise(12, 12, 3, 40 + i));
    const { rows, expected } = await both({ ...recipe, data: { ...plain, mean: 'image-in-place' } }, images, 0, statisticsOf(15, 3));
    expect(rows.every((row, i) => equal(row, expected[i]))).toBe(true);
  });

  it('what is wrong with an image is said as by the steps', async () => {
    const { colourNoise: _, ...plain } = data;
    const small = { ...recipe, data: plain };
    await expect(both(small, [noise(8, 8, 3, 1)], 0)).rejects.toThrow('randomCrop: the image is smaller than the crop.');
    await expect(both(small, [{ ...noise(12, 12, 3, 1), width: 13 }], 0)).rejects.toMatchObject({ name: 'ShapeError', code: 'SHAPE_MISMATCH' });
    await expect(both({ ...small, data: { ...plain, colourNoise } }, [noise(12, 12, 1, 1)], 0)).rejects.toThrow('shiftColour: the image has 1 channel');
  });
});
