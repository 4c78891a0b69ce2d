import { evaluationBatches, findNetwork, prepareData, prepareDataset, trainingBatches } from '@convkit/alexnet';
import { datasetStatistics, defineDataset, type Split } from '@convkit/datasets';
import { RandomStream } from '@convkit/tensor';
import { describe, expect, it } from 'vitest';

/** Images of noise with three classes in turn, smaller than the network wants them. */
function noise(split: Split, length: number) {
  const draws = new RandomStream(1, split).at(0);
  const images = Array.from({ length }, () => Uint8Array.from({ length: 24 * 24 * 3 }, () => draws.integer(256)));
  const size = { channels: 3, width: 24, height: 24 } as const;
  return defineDataset({ name: 'noise', split, length, classes: ['a', 'b', 'c'], ...size }, (i) => ({ image: { ...size, data: images[i] }, label: i % 3 }));
}

const { recipe } = findNetwork('alexnet-mini');
const format = { size: 32, channels: 3, classes: 3 } as const;
const raw = { train: noise('train', 10), test: noise('test', 7) };
const { data: { train, test }, preparation } = await prepareData(recipe, raw);

it('prepareData finds format and statistics', async () => {
  expect(preparation).toEqual({ recipe, format, statistics: await datasetStatistics(prepareDataset(raw.train, format)) });
});

it('prepareData brings images to the size of the format', async () => {
  expect(train).toMatchObject({ name: 'noise', split: 'train', length: 10, width: 32, height: 32, channels: 3 });
  expect((await train.item(9)).image).toMatchObject({ width: 32, height: 32, channels: 3 });
});

describe('trainingBatches', () => {
  it('gives a batch by its place alone, each image once an epoch, and others in other epochs', async () => {
    const source = trainingBatches(train, preparation, 3, 7);
    expect(source.batchesPerEpoch).toBe(3);
    const first = await source.batch(0, 1);
    expect(first.x.shape).toEqual([3, 30, 30, 3]);
    expect(first.targets.shape).toEqual([3, 3]);
    await source.batch(4, 0);
    expect(await source.batch(0, 1)).toEqual(first);
    expect(await trainingBatches(train, preparation, 3, 7).batch(0, 1)).toEqual(first);
    expect(await source.batch(1, 1)).not.toEqual(first);
    expect(await trainingBatches(train, preparation, 3, 8).batch(0, 1)).not.toEqual(first);
  });

  it('augments an image by its number, whatever batch it is in', async () => {
    const rows = async (batch: number) => {
      const source = trainingBatches(train, preparation, batch, 7);
      const all: string[] = [];
      for (let i = 0; i < source.batchesPerEpoch; i++) {
        const { x } = await source.batch(0, i);
        const size = x.data.length / batch;
        for (let row = 0; row < batch; row++) all.push(x.data.subarray(row * size, (row + 1) * size).join());
      }
      return all.sort();
    };
    expect(await rows(5)).toEqual(await rows(2));
  });
});

describe('evaluationBatches', () => {
  it('goes through all images once, in order, in one view or ten', async () => {
    for (const views of [1, 10] as const) {
      const source = evaluationBatches(test, preparation, views);
      expect([source.images, source.views]).toEqual([7, views]);
      const labels: number[] = [];
      let rows = 0;
      for (let i = 0; i < source.batches; i++) {
        const batch = await source.batch(i);
        labels.push(...Array.from(batch.labels));
        rows += batch.x.shape[0];
      }
      expect(labels).toEqual([0, 1, 2, 0, 1, 2, 0]);
      expect(rows).toBe(7 * views);
    }
  });
});
