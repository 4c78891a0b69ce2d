import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { findRecipe, imageFormat } from '@convkit/alexnet';
import { fashionMnist } from '@convkit/dataset-fashion-mnist';
import { datasetStatistics } from '@convkit/datasets';
import { OptionError } from '@convkit/tensor';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evaluationBatches, openData, prepared, resolveData, trainingBatches } from '../src/data.js';
import { writeTinyIdx } from './support/tiny-data.js';

let cwd: string;
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'convkit-data-'));
  await writeTinyIdx(join(cwd, 'tiny'), 10, 7);
});
afterAll(() => rm(cwd, { recursive: true }));

async function tiny() {
  const { train, test } = await openData(`idx:${join(cwd, 'tiny')}`);
  const recipe = findRecipe('alexnet-mini');
  const format = imageFormat(recipe, train);
  const data = { train: prepared(train, format), test: prepared(test, format) };
  return { data, preparation: { recipe, format, statistics: await datasetStatistics(data.train) } };
}

describe('resolveData', () => {
  it('makes paths absolute and leaves the rest', () => {
    expect(resolveData('fashion-mnist')).toBe('fashion-mnist');
    expect(resolveData('idx:some/where')).toBe(`idx:${resolve('some/where')}`);
    expect(resolveData('cifar10:/a:b.tar.gz')).toBe('cifar10:/a:b.tar.gz');
    for (const wrong of ['', 'mnist', 'idx', 'idx:', 'fashion-mnist:x', 'zip:/a']) expect(() => resolveData(wrong)).toThrow(OptionError);
  });
});

describe('openData', () => {
  it('finds Fashion-MNIST without being told where', async () => {
    const { train, test } = await openData('fashion-mnist');
    expect([train.length, test.length, train.width, train.channels]).toEqual([60_000, 10_000, 28, 1]);
    expect(train.classes).toEqual(fashionMnist.classes);
    const { mean, deviation } = await datasetStatistics(train);
    expect(mean[0] / 255).toBeCloseTo(fashionMnist.mean, 4);
    expect(deviation[0] / 255).toBeCloseTo(fashionMnist.deviation, 4);
  });

  it('brings photos of any size and colour to the format of a network', async () => {
    for (const [part, name, width, channels] of [['train', 'cat', 90, 3], ['train', 'dog', 40, 1], ['val', 'cat', 33, 3], ['val', 'dog', 70, 3]] as const) {
      const folder = join(cwd, 'photos', part, name);
      await mkdir(folder, { recursive: true });
      await sharp({ create: { width, height: 50, channels: 3, background: name === 'cat' ? 'red' : 'blue' } }).toColourspace(channels === 1 ? 'b-w' : 'srgb').png().toFile(join(folder, 'a.png'));
    }
    const { train } = await openData(`folder:${join(cwd, 'photos')}`);
    const format = imageFormat(findRecipe('alexnet-mini'), train);
    expect(format).toEqual({ size: 32, channels: 3, classes: 2 });
    const data = prepared(train, format);
    for (const index of [0, 1]) expect((await data.item(index)).image).toMatchObject({ width: 32, height: 32, channels: 3 });
  });
});

describe('trainingBatches', () => {
  it('gives a batch by its place alone, each image once an epoch, and others in other epochs', async () => {
    const { data, preparation } = await tiny();
    const source = trainingBatches(data.train, preparation, 3, 7);
    expect(source.batchesPerEpoch).toBe(3);
    const first = await source.batch(0, 1);
    expect(first.x.shape).toEqual([3, 26, 26, 1]);
    expect(first.targets.shape).toEqual([3, 3]);
    await source.batch(4, 0);
    expect(await source.batch(0, 1)).toEqual(first);
    expect(await trainingBatches(data.train, preparation, 3, 7).batch(0, 1)).toEqual(first);
    expect(await source.batch(1, 1)).not.toEqual(first);
    expect(await trainingBatches(data.train, preparation, 3, 8).batch(0, 1)).not.toEqual(first);
  });

  it('augments an image by its number, whatever batch it is in', async () => {
    const { data, preparation } = await tiny();
    const rows = async (batch: number) => {
      const source = trainingBatches(data.train, preparation, batch, 7);
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
    const { data, preparation } = await tiny();
    for (const views of [1, 10] as const) {
      const source = evaluationBatches(data.test, preparation, views);
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
