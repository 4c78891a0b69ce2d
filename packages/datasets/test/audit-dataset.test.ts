import { describe, expect, it } from 'vitest';

import { FormatError } from '@convkit/tensor';

import { auditDataset, auditFindings, defineDataset, type DatasetSplits, type Split } from '@convkit/datasets';

/** Pictures of one pixel: [label, value]; one without a value cannot be read. */
function splits(train: readonly (readonly [number, number?])[], test: readonly (readonly [number, number?])[]): DatasetSplits {
  const part = (split: Split, pixels: readonly (readonly [number, number?])[]) =>
    defineDataset({ name: 'tiny', split, length: pixels.length, classes: ['cat', 'dog', 'owl'], channels: 1, nameOf: (i) => `${split}/${i}.png` }, (i) => {
      const [label, value] = pixels[i];
      if (value === undefined) throw new FormatError({ code: 'FILE_CORRUPT', message: `${split}/${i}.png: no good image.` });
      return { image: { width: 1, height: 1, channels: 1, data: new Uint8Array([value]) }, label };
    });
  return { train: part('train', train), test: part('test', test) };
}

const findings = async (data: DatasetSplits) => auditFindings(await auditDataset(data), data.train.classes);

describe('auditDataset', () => {
  it('has nothing to say of a good data set, and counts it', async () => {
    const good = splits([[0, 1], [1, 2], [2, 3], [0, 4]], [[0, 5], [1, 6], [2, 7]]);
    expect(await findings(good)).toEqual([]);
    expect(await auditDataset(good)).toEqual({ counts: { train: [2, 1, 1], test: [1, 1, 1] }, unreadable: [], duplicates: [] });
  });

  it('names files that cannot be read and does not count them', async () => {
    const bad = splits([[0, 1], [1], [1, 2], [2, 3]], [[0, 5], [1, 6], [2, 7]]);
    expect((await auditDataset(bad)).counts.train).toEqual([1, 1, 1]);
    expect(await findings(bad)).toEqual(['1 image cannot be read: train/1.png: no good image.']);
  });

  it('finds pictures that are there twice: across the parts, in two classes, within one', async () => {
    expect(await findings(splits([[0, 1], [1, 2], [2, 3], [2, 3], [1, 1]], [[0, 2], [1, 6], [2, 7]]))).toEqual([
      '1 image of the test part is among the training images: test/0.png is train/1.png.',
      'the same picture in two classes, 2 times: train/4.png is train/0.png; test/0.png is train/1.png.',
      '1 image is there twice within a class: train/3.png is train/2.png.',
    ]);
  });

  it('tells of classes that are rare or missing, and names a few of many', async () => {
    const skew = splits([[0, 1], [0, 2], [0, 3], [1, 4], [2, 5]], []);
    expect(await findings(skew)).toEqual(['train: out of balance: 3 images of cat, 1 image of dog.', 'test: no image of cat; dog; owl.']);
    const torn = splits(Array.from({ length: 9 }, () => [0] as const), [[0, 1], [1, 2], [2, 3]]);
    expect((await findings(torn))[0]).toBe('9 images cannot be read: train/0.png: no good image; train/1.png: no good image; train/2.png: no good image; 6 more.');
  });

  it('tells how far it is, and passes on what is no fault of a file', async () => {
    const told: [number, number][] = [];
    const many = splits(Array.from({ length: 70 }, (_, i) => [i % 3, i] as const), [[0, 100]]);
    await auditDataset(many, { onProgress: (examples, of) => told.push([examples, of]) });
    expect(told).toEqual([[64, 71], [70, 71], [71, 71]]);
    const failing = { ...many, test: { ...many.test, item: () => Promise.reject(new Error('the disk is gone')) } };
    await expect(auditDataset(failing)).rejects.toThrow('the disk is gone');
  });
});
