import { replay } from '@convkit/data-aug';
import { datasetStatistics, defineDataset } from '@convkit/datasets';
import { RandomStream } from '@convkit/tensor';
import { expect, it } from 'vitest';
import { findRecipe, trainingBatches, trainingDraws, trainingSteps, type Preparation } from '@convkit/alexnet';

const size = { width: 256, height: 256, channels: 3 };
const pictures = Array.from({ length: 40 }, (_, i) => {
  const draws = new RandomStream(3, 'noise').at(i);
  return Uint8Array.from({ length: 16 * 16 * 3 }, () => draws.integer(256));
});
/** Coarse noise, 16 x 16 patches. */
const data = defineDataset({ name: 'noise', split: 'train', length: pictures.length, classes: ['a', 'b', 'c'], ...size }, (i) => ({
  image: { ...size, data: Uint8Array.from({ length: 256 * 256 * 3 }, (_, j) => pictures[i][((j / 3 / 256 / 16) | 0) * 48 + (((j / 3) % 256 >> 4) * 3) + (j % 3)]) },
  label: i % 3,
}));

it('tells what the rows of a batch are made of: replayed, it gives their bits', async () => {
  const recipe = findRecipe('alexnet-2012-as-coded');
  const preparation: Preparation = { recipe, format: { size: 256, channels: 3, classes: 3 }, statistics: await datasetStatistics(data) };
  const { x, targets } = await trainingBatches(data, preparation, 36, 5).batch(2, 0);
  const rows = await trainingDraws(data, preparation, 36, 5, 2, 0);
  expect(rows).toHaveLength(36);
  const steps = trainingSteps(recipe, preparation.format, preparation.statistics, 2);
  const row = 224 * 224 * 3;
  for (const [i, { item, label, drawn }] of rows.entries()) {
    expect(targets.data[i * 3 + label]).toBe(1);
    const { image } = await data.item(item);
    const again = replay(image, [...steps.place, ...steps.colour], drawn);
    expect(Buffer.compare(Buffer.from(again.data.buffer), Buffer.from(x.data.buffer, 4 * i * row, 4 * row))).toBe(0);
  }
  // 32 images share crop and mirror image, and no two the colour noise.
  expect(rows.map(({ drawn: [crop] }) => JSON.stringify(crop) === JSON.stringify(rows[0].drawn[0]))).toEqual(rows.map((_, i) => i < 32));
  expect(new Set(rows.map(({ drawn }) => JSON.stringify(drawn.at(-1)))).size).toBe(36);
});
