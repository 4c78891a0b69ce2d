import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { findRecipe, imageFormat, prepareDataset } from '@convkit/alexnet';
import { fashionMnist } from '@convkit/dataset-fashion-mnist';
import { datasetStatistics } from '@convkit/datasets';
import { OptionError } from '@convkit/tensor';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openData, resolveData } from '../src/data.js';

let cwd: string;
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'convkit-data-'));
});
afterAll(() => rm(cwd, { recursive: true }));

describe('resolveData', () => {
  it('makes paths absolute and leaves the rest', () => {
    expect(resolveData('fashion-mnist')).toBe('fashion-mnist');
    expect(resolveData('idx:some/where')).toBe(`idx:${resolve('some/where')}`);
    expect(resolveData('cifar10:/a:b.tar.gz')).toBe('cifar10:/a:b.tar.gz');
    for (const kind of ['cifar100', 'folder', 'ilsvrc', 'wds']) expect(resolveData(`${kind}:x`)).toBe(`${kind}:${resolve('x')}`);
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

  it('opens what its description says', async () => {
    for (const kind of ['cifar100', 'folder', 'ilsvrc', 'wds']) await expect(openData(resolveData(`${kind}:${join(cwd, 'nowhere')}`))).rejects.toMatchObject({ code: 'FILE_MISSING' });
  });

  it('brings photos of any size and colour to the format of a network', async () => {
    for (const [part, name, width, channels] of [['train', 'cat', 90, 3], ['train', 'dog', 40, 1], ['val', 'cat', 33, 3], ['val', 'dog', 70, 3]] as const) {
      const folder = join(cwd, 'photos', part, name);
      await mkdir(folder, { recursive: true });
      await sharp({ create: { width, height: 50, channels: 3, background: name === 'cat' ? 'red' : 'blue' } }).toColourspace(channels === 1 ? 'b-w' : 'srgb').png().toFile(join(folder, 'a.png'));
    }
    const { train } = await openData(`folder:${join(cwd, 'photos')}`);
    const recipe = findRecipe('alexnet-mini');
    const format = imageFormat(recipe, train);
    expect(format).toEqual({ size: 32, channels: 3, classes: 2 });
    const data = prepareDataset(train, recipe, format);
    for (const index of [0, 1]) expect((await data.item(index)).image).toMatchObject({ width: 32, height: 32, channels: 3 });
  });
});
