import { describe, expect, it } from 'vitest';

import { PixelSums } from '@convkit/data-aug';
import { ShapeError } from '@convkit/tensor';

import { datasetStatistics, defineDataset } from '@convkit/datasets';

/** 150 images that differ, more than are asked for at once; every index is noted in `asked`. */
function colourful(channels: number, asked: number[] = []) {
  const size = { width: 4, height: 3, channels };
  return defineDataset({ name: 'colourful', split: 'train', length: 150, classes: ['a'], ...size }, (index) => {
    asked.push(index);
    return { image: { ...size, data: Uint8Array.from({ length: 12 * channels }, (_, i) => (Math.imul(index * 97 + i, 2654435761) >>> 13) & 255) }, label: 0 };
  });
}

describe('datasetStatistics', () => {
  it('has the sums of all pixels: mean, deviation and, of three channels, the colour axes', async () => {
    const data = colourful(3);
    const sums = new PixelSums(3);
    for (let i = data.length - 1; i >= 0; i--) sums.add((await data.item(i)).image);
    expect(await datasetStatistics(data)).toMatchObject({ mean: sums.mean(), deviation: sums.deviation(), pca: sums.colourPca() });
    expect(Object.keys(await datasetStatistics(colourful(1)))).toEqual(['mean', 'deviation', 'meanImage']);
  });

  it('has the mean of every value', async () => {
    const data = colourful(3);
    const images = await Promise.all(Array.from({ length: 150 }, async (_, i) => (await data.item(i)).image));
    const { meanImage } = await datasetStatistics(data);
    expect(meanImage).toMatchObject({ width: 4, height: 3, channels: 3 });
    meanImage?.data.forEach((value, i) => expect(value).toBe(Math.fround(images.reduce((sum, { data: bytes }) => sum + bytes[i], 0) / 150)));
  });

  it('reads every image once and tells how far it is', async () => {
    const asked: number[] = [];
    const told: [number, number][] = [];
    await datasetStatistics(colourful(3, asked), { onProgress: (images, of) => told.push([images, of]) });
    expect(asked).toEqual(Array.from({ length: 150 }, (_, i) => i));
    expect(told).toEqual([[64, 150], [128, 150], [150, 150]]);
  });

  it('refuses images that are not what the data set says, and none', async () => {
    const { width: _, ...wrong } = { ...colourful(3), name: 'wrong' };
    // Of 4x3x3 pixels, whatever the data set says.
    await expect(datasetStatistics({ ...wrong, channels: 1 })).rejects.toThrow('wrong/train: an image of 3x4x3 is not what the data set says.');
    await expect(datasetStatistics({ ...wrong, width: 5 })).rejects.toThrow(ShapeError);
    await expect(datasetStatistics({ ...wrong, length: 0 })).rejects.toThrow('no image was added');
  });
});
