import { createHash } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { OptionError } from '@convkit/tensor';

import { defineDataset, idxDataset } from '@convkit/datasets';

const about = { name: 'tiny', split: 'train', length: 2, classes: ['dark', 'bright'], channels: 1 } as const;
const images = [new Uint8Array([1, 2, 3, 4]), new Uint8Array([5, 6])];
const tiny = (change: Partial<typeof about> & { labels?: readonly number[] } = {}) =>
  defineDataset({ ...about, ...change }, (index) => ({ image: { width: images[index].length / 2, height: 2, channels: 1, data: images[index] }, label: (change.labels ?? [0, 1])[index] }));

const digest = (bytes: string | Uint8Array) => createHash('sha256').update(bytes).digest('hex');

describe('defineDataset', () => {
  it('refuses an index beyond the data', async () => {
    expect((await tiny().item(1)).label).toBe(1);
    for (const index of [2, -1, 0.5, NaN]) await expect(tiny().item(index)).rejects.toThrow(OptionError);
  });

  it('names its examples by their place unless it is told how', () => {
    expect(tiny().nameOf(1)).toBe('tiny/train 1');
    expect(defineDataset({ ...about, nameOf: (index) => `photo ${index}.jpg` }, () => Promise.reject(new Error('unread'))).nameOf(1)).toBe('photo 1.jpg');
  });

  it('hashes classes, labels, sizes and pixels', async () => {
    const lines = ['["dark","bright"]', ...images.map((bytes, label) => `${label} ${digest(Buffer.concat([Buffer.from(`2x${bytes.length / 2}x1 `), bytes]))}`)];
    expect(await tiny().hash()).toBe(digest(lines.join('\n')));
    expect(await tiny({ labels: [0, 0] }).hash()).not.toBe(await tiny().hash());
    expect(await defineDataset({ ...about, classes: ['dark', 'light'] }, (index) => tiny().item(index)).hash()).not.toBe(await tiny().hash());
    expect(await defineDataset({ ...about, hash: () => Promise.resolve('kept') }, (index) => tiny().item(index)).hash()).toBe('kept');
  });

  it('hashes what readers read', async () => {
    const idx = await idxDataset({
      name: 'idx',
      split: 'train',
      classes: ['dark', 'bright'],
      images: { name: 'images', bytes: new Uint8Array([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1, 7, 9]) },
      labels: { name: 'labels', bytes: new Uint8Array([0, 0, 8, 1, 0, 0, 0, 2, 1, 0]) },
    });
    const same = defineDataset({ ...about, name: 'other' }, (index) => ({ image: { width: 1, height: 1, channels: 1, data: new Uint8Array([[7, 9][index]]) }, label: [1, 0][index] }));
    expect(await idx.hash()).toBe(await same.hash());
  });
});
