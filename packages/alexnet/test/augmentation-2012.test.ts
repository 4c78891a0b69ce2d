import { evaluationBatches, findRecipe, prepareData, trainingBatches, type Recipe } from '@convkit/alexnet';
import { IMAGENET_PCA } from '@convkit/data-aug';
import { Sampler, defineDataset } from '@convkit/datasets';
import { RandomStream } from '@convkit/tensor';
import { describe, expect, it } from 'vitest';
import { tenViews2012, testView2012, trainingBatch2012 } from '../../data-aug/test/support/reference-2012.js';

const coded = findRecipe('alexnet-2012-as-coded');
const seed = 5;
const batch = 64;
/** Smaller than in 2012, with its 33 x 33 places. */
const side = 44;
const size = side - coded.data.crop.border;
const recipe: Recipe = { ...coded, data: { ...coded.data, sizes: [side, side] } };

const pixels = Array.from({ length: 96 }, (_, i) => {
  const draws = new RandomStream(1, 'pixels').at(i);
  return Uint8Array.from({ length: side * side * 3 }, () => draws.integer(256));
});
const dataset = (split: 'train' | 'test') =>
  defineDataset({ name: 'noise', split, length: pixels.length, classes: ['a', 'b'], channels: 3, width: side, height: side }, (i) => ({ image: { width: side, height: side, channels: 3, data: pixels[i] }, label: i % 2 }));
const raw = { train: dataset('train'), test: dataset('test') };
const pictures = pixels.map((data) => ({ width: side, height: side, data }));
/** Of every value over all images, added up in double precision and rounded once. */
const mean = { width: side, height: side, data: Float32Array.from({ length: side * side * 3 }, (_, i) => pixels.reduce((sum, data) => sum + data[i], 0) / pixels.length) };

/** Images of an epoch's first batch, and what is drawn for them, straight from the streams. */
function drawn(epoch: number) {
  const sampler = new Sampler({ length: pixels.length, batch, seed, reshuffle: false });
  const indices = [...sampler.at(epoch * sampler.batchesPerEpoch).indices];
  const places = indices.filter((_, i) => i % 32 === 0).map((index) => {
    const draws = new RandomStream(seed, 'augment').at(epoch, index);
    return { y: draws.integer(33), x: draws.integer(33), flipped: draws.uniform() < 0.5 };
  });
  const normals = indices.map((index) => {
    const draws = new RandomStream(seed, 'colour noise').at(epoch, index);
    return [draws.normal(), draws.normal(), draws.normal()];
  });
  return { indices, places, normals };
}

describe('the recipe as coded, held against the slow reference', () => {
  it.each([0, 66])('training in epoch %i: a place for 32 images, the middle of the mean image, a colour shift for each image, all divided by 1.1', async (epoch) => {
    const { data, preparation } = await prepareData(recipe, raw);
    const { x } = await trainingBatches(data.train, preparation, batch, seed).batch(epoch, 0);
    const { indices, places, normals } = drawn(epoch);
    const expected = trainingBatch2012(indices.map((index) => pictures[index]), mean, size, places, normals, IMAGENET_PCA);
    expect(x.shape).toEqual([batch, size, size, 3]);
    // Shift and division round once here and twice there: less than two units in the last place of values up to 256.
    expected.forEach(({ divided }, i) => {
      for (const [j, value] of divided.entries()) expect(Math.abs(x.data[i * divided.length + j] - value)).toBeLessThan(2 ** -15);
    });
  });

  it('training from epoch 67 on: no shift, nothing divided', async () => {
    const { data, preparation } = await prepareData(recipe, raw);
    const { x } = await trainingBatches(data.train, preparation, batch, seed).batch(67, 0);
    const { indices, places, normals } = drawn(67);
    const expected = trainingBatch2012(indices.map((index) => pictures[index]), mean, size, places, normals, IMAGENET_PCA);
    expect([...x.data]).toEqual(expected.flatMap(({ centred }) => centred));
  });

  it('evaluation: the middle, or ten views in the order of the original, minus the mean and nothing else', async () => {
    const { data, preparation } = await prepareData(recipe, raw);
    const one = await evaluationBatches(data.test, preparation, 1).batch(0);
    expect([...(one?.x.data ?? [])]).toEqual(pictures.flatMap((picture) => testView2012(picture, mean, size)));
    const ten = await evaluationBatches(data.test, preparation, 10).batch(1);
    expect([...(ten?.x.data ?? [])]).toEqual(pictures.slice(10, 20).flatMap((picture) => tenViews2012(picture, mean, size).flat()));
  });
});
