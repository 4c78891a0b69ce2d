import { evaluationBatches, findNetwork, prepareData, prepareDataset, trainingBatches, type Recipe } from '@convkit/alexnet';
import { datasetStatistics, defineDataset, type Split, type UnreadableExample } from '@convkit/datasets';
import { FormatError, RandomStream } from '@convkit/tensor';
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
  expect(preparation).toEqual({ recipe, format, statistics: await datasetStatistics(prepareDataset(raw.train, recipe, format)) });
});

it('prepareData takes statistics over that are kept, unless the recipe changes size or colours', async () => {
  const statistics = { mean: [1, 2, 3], deviation: [4, 5, 6] };
  const statisticsOf = async (data: Partial<Recipe['data']>) => (await prepareData({ ...recipe, data: { ...recipe.data, ...data } }, { ...raw, statistics })).preparation.statistics;
  expect(await statisticsOf({ sizes: [20, 30] })).toBe(statistics);
  for (const other of [{}, { sizes: [20, 30], channels: 1 }, { sizes: [20, 30], colours: 'bgr' }] as const) expect(await statisticsOf(other)).not.toBe(statistics);
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

describe('by the choices of 2012', () => {
  const batchesOf = async (changes: Partial<Recipe['data']>) => {
    const own = { ...recipe, data: { ...recipe.data, ...changes } };
    const { data, preparation: prepared } = await prepareData(own, raw);
    return trainingBatches(data.train, prepared, 5, 7);
  };

  it('images in a row share a draw', async () => {
    // A picture of its own place, the same for all images: equal crops are equal rows.
    const size = { channels: 1, width: 32, height: 32 } as const;
    const picture = Uint8Array.from({ length: 1024 }, (_, i) => i % 251);
    const same = defineDataset({ name: 'same', split: 'train', length: 80, classes: ['a', 'b'], ...size }, () => ({ image: { ...size, data: picture }, label: 0 }));
    const crops = async (imagesPerDraw: number) => {
      const { preparation: prepared } = await prepareData({ ...recipe, data: { ...recipe.data, imagesPerDraw, flip: 0 } }, { train: same, test: same });
      const { x } = await trainingBatches(same, prepared, 40, 7).batch(0, 0);
      return Array.from({ length: 40 }, (_, i) => x.data[i * 900]);
    };
    const shared = await crops(16);
    expect(shared).toEqual([0, 1, 2].flatMap((chunk) => new Array<number>(chunk < 2 ? 16 : 8).fill(shared[16 * chunk])));
    expect(new Set(await crops(1)).size).toBe(9);
  });

  it('the order of the first epoch is that of all', async () => {
    const targetsOf = async (order: 'each-epoch' | 'once', epoch: number) => (await (await batchesOf({ order })).batch(epoch, 0)).targets;
    expect(await targetsOf('once', 3)).toEqual(await targetsOf('once', 0));
    expect(await targetsOf('once', 0)).toEqual(await targetsOf('each-epoch', 0));
    expect(await targetsOf('each-epoch', 3)).not.toEqual(await targetsOf('each-epoch', 0));
  });

  it('colour noise ends at its epoch', async () => {
    const { tests } = { tests: await batchesOf({ crop: { border: 0 }, flip: 0, order: 'once', unitDeviation: false, colourNoise: { strength: 0.1, by: 'deviation', divisor: 1, pca: 'imagenet', until: 2 } }) };
    const [first, second, third, fourth] = await Promise.all([0, 1, 2, 3].map(async (epoch) => (await tests.batch(epoch, 0)).x));
    expect(second).not.toEqual(first);
    expect(fourth).toEqual(third);
  });
});

describe('evaluationBatches', () => {
  it('goes through all images once, in order, in one view, nine or ten', async () => {
    for (const views of [1, 9, 10] as const) {
      const source = evaluationBatches(test, preparation, views);
      expect([source.images, source.views]).toEqual([7, views]);
      const labels: number[] = [];
      let rows = 0;
      for (let i = 0; i < source.batches; i++) {
        const batch = await source.batch(i);
        labels.push(...(batch?.labels ?? []));
        rows += batch?.x.shape[0] ?? 0;
      }
      expect(labels).toEqual([0, 1, 2, 0, 1, 2, 0]);
      expect(rows).toBe(7 * views);
    }
  });

  it('leaves out what cannot be read and tells it once, if it is asked to', async () => {
    const error = (index: number) => new FormatError({ code: 'FILE_CORRUPT', message: `${index}.jpg is torn.` });
    const broken = (...indices: number[]) =>
      defineDataset({ ...test, length: 230, nameOf: (i) => `${i}.jpg` }, (i) => (indices.includes(i) ? Promise.reject(error(i)) : test.item(i % 7)));
    const all = Array.from({ length: 230 }, (_, i) => i);
    const bad = [0, 99, ...all.slice(100, 200)];
    const skipped: UnreadableExample[] = [];
    const source = evaluationBatches(broken(...bad), preparation, 1, { onSkip: (example) => skipped.push(example) });
    for (let pass = 0; pass < 2; pass++) {
      const batches = await Promise.all([0, 1, 2].map((index) => source.batch(index)));
      expect(batches.map((batch) => batch?.labels)).toEqual([all.slice(1, 99).map((i) => (i % 7) % 3), undefined, all.slice(200).map((i) => (i % 7) % 3)]);
      expect(batches[0]?.x.data.slice(0, 2700)).toEqual((await evaluationBatches(test, preparation, 1).batch(0))?.x.data.slice(2700, 5400));
    }
    expect(skipped.sort((a, b) => a.index - b.index)).toEqual(bad.map((index) => ({ index, name: `${index}.jpg`, reason: `${index}.jpg is torn.` })));

    await expect(evaluationBatches(broken(1), preparation, 1).batch(0)).rejects.toMatchObject({ summary: '1.jpg is torn.' });
    const hopeless = evaluationBatches(broken(...all), preparation, 1, { onSkip: () => undefined });
    for (const index of [0, 1]) expect(await hopeless.batch(index)).toBeUndefined();
    await expect(hopeless.batch(2)).rejects.toMatchObject({ summary: '0.jpg is torn.' });
  });
});
