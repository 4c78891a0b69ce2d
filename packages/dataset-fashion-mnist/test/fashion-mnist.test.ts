import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

import { expect, it } from 'vitest';

import { fashionMnist, loadFashionMnist } from '@convkit/dataset-fashion-mnist';

it('ships the four files of the original, byte for byte', async () => {
  const loaded = await loadFashionMnist();
  for (const split of ['train', 'test'] as const) {
    for (const part of ['images', 'labels'] as const) {
      const said = fashionMnist[split][part];
      const { name, bytes } = loaded[split][part];
      expect(name).toBe(said.name);
      expect(bytes.length).toBe(said.bytes);
      expect(createHash('sha256').update(bytes).digest('hex')).toBe(said.sha256);
    }
  }
});

it('holds 6,000 and 1,000 images a class, of the size, mean and deviation it says', async () => {
  const loaded = await loadFashionMnist();
  for (const split of ['train', 'test'] as const) {
    const { length } = fashionMnist[split];
    const images = gunzipSync(loaded[split].images.bytes);
    const labels = gunzipSync(loaded[split].labels.bytes).subarray(8);
    expect([0, 4, 8, 12].map((at) => images.readUInt32BE(at))).toEqual([0x803, length, fashionMnist.height, fashionMnist.width]);
    expect(images.length).toBe(16 + length * fashionMnist.height * fashionMnist.width * fashionMnist.channels);
    const counts = new Array<number>(fashionMnist.classes.length).fill(0);
    for (const label of labels) counts[label]++;
    expect(counts).toEqual(new Array(10).fill(length / 10));
    if (split === 'test') continue;
    let sum = 0;
    let squares = 0;
    for (let i = 16; i < images.length; i++) {
      sum += images[i];
      squares += images[i] ** 2;
    }
    const mean = sum / (images.length - 16) / 255;
    expect(mean).toBeCloseTo(fashionMnist.mean, 5);
    expect(Math.sqrt(squares / (images.length - 16) / 255 ** 2 - mean ** 2)).toBeCloseTo(fashionMnist.deviation, 5);
  }
});

it('comes with the licence of the data', () => {
  const licence = readFileSync(new URL('../LICENSE-fashion-mnist', import.meta.url), 'utf8');
  expect(licence).toContain('Copyright © 2017 Zalando SE');
  expect(licence).toContain('The above copyright notice and this permission notice shall be included');
});
