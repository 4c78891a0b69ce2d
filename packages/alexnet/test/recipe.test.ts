import { compareRecipes, findRecipe, overrideRecipe, recipeEntries, recipeOptimiser, recipes, recipeSchedule, recipeSourceKeys, rescaleRates, stretchRecipe, type Recipe, type ScheduleDesign } from '@convkit/alexnet';
import { Tensor, openHostDevice } from '@convkit/tensor';
import { uploadParameters } from '@convkit/layers';
import { describe, expect, it } from 'vitest';

const coded = findRecipe('alexnet-2012-as-coded');
const written = findRecipe('alexnet-2012-as-written');

it('recipes are plain data', () => {
  for (const recipe of Object.values(recipes)) expect(JSON.parse(JSON.stringify(recipe))).toEqual(recipe);
});

it('recipes are found by their names, and unknown ones answered with the names there are', () => {
  for (const [name, recipe] of Object.entries(recipes)) expect([recipe.name, findRecipe(name)]).toEqual([name, recipe]);
  expect(() => findRecipe('toString')).toThrow(expect.objectContaining({ code: 'NAME_UNKNOWN', message: expect.stringContaining('alexnet-2012-as-coded or alexnet-2012-as-written') as string }));
});

it.each(Object.values(recipes))('every entry of $name has a source whose short name is explained, and no source is for nothing', (recipe) => {
  const entries = recipeEntries(recipe);
  for (const { path, source } of entries) {
    expect(source, path).not.toBe('');
    for (const key of source.match(/\b(CHM|CC\d|CAFFE|TV|PAPER|[A-Z]{3,}\d*)\b(?= |$)/g) ?? []) if (!['RGB', 'BGR', 'GPU', 'GPUS', 'SGD', 'CIFAR', 'GPUs'].includes(key)) expect(Object.keys(recipeSourceKeys), source).toContain(key);
  }
  for (const path of Object.keys(recipe.sources)) expect(entries.some((entry) => entry.path === path || entry.path.startsWith(`${path}.`)), path).toBe(true);
});

// The switches that a faithful implementation needs: where the code of 2012 and its paper differ.
it.each([
  ['border of conv1', 'network.layers.conv1.rounding', 'ceil', 'ceil'],
  ['order in layer 1', 'network.order', expect.arrayContaining(['norm1']), expect.arrayContaining(['norm1'])],
  ['alpha', 'network.layers.norm1.divideAlphaBySize', true, false],
  ['second normalisation', 'network.layers.spatialNorm2.type', 'lrnWithinChannel', undefined],
  ['deviation of conv3 to conv5', 'network.layers.conv4.initialWeight', 0.03, 0.01],
  ['rate of biases', 'rates.biases.type', 'manual', 'plateau'],
  ['late freezing of conv1', 'rates.layers.conv1.type', 'manual', undefined],
  ['colour noise off late', 'data.colourNoise.until', 67, undefined],
  ['colour noise', 'data.colourNoise.by', 'deviation', 'eigenvalue'],
  ['division after it', 'data.colourNoise.divisor', 1.1, 1],
  ['images of a draw', 'data.imagesPerDraw', 32, 1],
  ['mean', 'data.mean', 'image', 'image-in-place'],
])('the switch "%s" is the entry %s', (_, path, asCoded, asWritten) => {
  const valueIn = (recipe: Recipe) => recipeEntries(recipe).find((entry) => entry.path === path)?.value;
  expect([valueIn(coded), valueIn(written)]).toEqual([asCoded, asWritten]);
});

it('the code normalises signed values in layer 1, the paper rectified ones', () => {
  expect(coded.network.order.slice(0, 4)).toEqual(['conv1', 'norm1', 'pool1', 'relu1']);
  expect(written.network.order.slice(0, 4)).toEqual(['conv1', 'relu1', 'norm1', 'pool1']);
});

describe('compareRecipes', () => {
  it('finds nothing between a recipe and itself', () => {
    for (const recipe of Object.values(recipes)) expect(compareRecipes(recipe, structuredClone(recipe))).toEqual([]);
  });

  it('finds one changed entry, one added and one taken away, each in its place', () => {
    const changed = overrideRecipe(overrideRecipe(overrideRecipe(coded, 'data.flip', 0, 'test'), 'data.colourNoise.until', undefined, 'test'), 'optimiser.decayOf', { fc8: 1 }, 'test');
    expect(compareRecipes(coded, changed).map(({ path, a, b }) => [path, a?.value, b?.value, b?.source])).toEqual([
      ['data.flip', 0.5, 0, 'test'],
      ['data.colourNoise.until', 67, undefined, undefined],
      ['optimiser.decayOf.fc8', undefined, 1, 'test'],
    ]);
  });
});

describe('overrideRecipe', () => {
  it('leaves the recipe itself alone and says who changed the entry', () => {
    const before = structuredClone(coded);
    const changed = overrideRecipe(coded, 'network.layers.conv1.stride', 2, 'a try');
    expect(coded).toEqual(before);
    expect(recipeEntries(changed).find(({ path }) => path === 'network.layers.conv1.stride')).toEqual({ path: 'network.layers.conv1.stride', value: 2, source: 'a try' });
  });

  it('answers a path into nothing with the groups there are', () => {
    expect(() => overrideRecipe(coded, 'network.layer.conv1.stride', 2, '')).toThrowErrorMatchingInlineSnapshot(`
      [OptionError: the recipe has no entry "network.layer.conv1.stride": there is no group "layer".
        help: use layers.
        code: NAME_UNKNOWN]
    `);
    expect(() => overrideRecipe(coded, '__proto__.x', 2, '')).toThrow('there is no group "__proto__"');
  });
});

describe('rates', () => {
  const ratesAt = (recipe: Recipe, epochs: readonly number[], name = 'fc6.weight') => epochs.map((epoch) => recipeSchedule(recipe)({ step: 0, epoch }).of(name));

  it('of 2012 fall by hand after 25, 51 and 79 epochs', () => {
    expect(ratesAt(coded, [0, 24.9, 25, 50.9, 51, 78.9, 79])).toEqual([0.01, 0.01, 0.001, 0.001, 0.0001, 0.0001, 0.00001]);
    expect(recipeSchedule(coded)({ step: 0, epoch: 30 }).common).toBe(0.001);
  });

  it('of biases are twice as high, and fall once', () => {
    expect(ratesAt(coded, [0, 25, 51, 79], 'fc6.bias')).toEqual([0.02, 0.02, 0.002, 0.002]);
  });

  it('of conv1 fall earlier in the end, then freeze it, also in columns apart', () => {
    for (const name of ['conv1.weight', 'conv1.bias', 'columns1.conv1a.weight', 'columns1.conv1b.bias']) expect(ratesAt(coded, [0, 66, 67, 72, 90], name)).toEqual([0.01, 0.0001, 0.00001, 0, 0]);
    expect(ratesAt(coded, [90], 'columns1.conv2a.weight')).toEqual([0.00001]);
  });

  it('of cuda-convnet2 are those of its dexp', () => {
    const recipe = findRecipe('cuda-convnet2-1gpu');
    for (const [i, rate] of ratesAt(recipe, [0, 22.5, 45, 67.5]).entries()) expect(rate).toBeCloseTo([0.01, 0.0015874, 0.00025198, 0.00004][i], 8);
    for (const [i, rate] of ratesAt(recipe, [0, 45], 'fc6.bias').entries()) expect(rate).toBeCloseTo([0.02, 0.002][i], 12);
  });

  it('of the paper fall when the error has not improved', () => {
    const evaluations = Array.from({ length: 7 }, (_, epoch) => ({ step: epoch, epoch, loss: 1, top1: 0.5 }));
    const { of, common } = recipeSchedule(written)({ step: 7, epoch: 7, evaluations });
    expect(common).toBeCloseTo(0.001, 12);
    expect(of('conv1.bias')).toBe(common);
  });

  it('stretch with the run', () => {
    const short = stretchRecipe(coded, 9.1);
    expect(ratesAt(short, [2.49, 2.51, 7.89, 7.91])).toEqual([0.01, 0.001, 0.0001, 0.00001]);
    expect(short.training.epochs).toBe(9.1);
    expect(short.data.colourNoise?.until).toBe(6.7);
    // 2.61 x 20 is 52.199999999999996 in binary numbers.
    expect(stretchRecipe(findRecipe('alexnet-mini'), 60).rates.weights).toMatchObject({ at: [24, 36, 45, 52.2, 57] });
    expect(ratesAt(stretchRecipe(findRecipe('cifar-18pct'), 14), [11.9, 12.1, 13.1])).toEqual([0.001, 0.0001, 0.00001].map((rate) => expect.closeTo(rate, 12) as number));
  });

  const withWeights = (weights: ScheduleDesign): Recipe => ({ ...coded, rates: { weights, biases: weights } });

  it('fall along a cosine, or by a power, over the whole run', () => {
    const { epochs } = coded.training;
    const cosine = withWeights({ type: 'cosine', rate: 0.1, least: 0.01 });
    const polynomial = withWeights({ type: 'polynomial', rate: 0.1, power: 3, least: 0.01 });
    const moments = [0, 0.1, 0.5, 0.9, 1];
    for (const length of [epochs, 5]) {
      const at = moments.map((moment) => moment * length);
      const [alongCosine, byPower] = [cosine, polynomial].map((recipe) => ratesAt(length === epochs ? recipe : stretchRecipe(recipe, length), at));
      for (const [i, t] of moments.entries()) {
        expect(alongCosine[i]).toBeCloseTo(0.01 + (0.09 * (1 + Math.cos(Math.PI * t))) / 2, 12);
        expect(byPower[i]).toBeCloseTo(0.01 + 0.09 * (1 - t) ** 3, 12);
      }
    }
    expect(ratesAt(withWeights({ type: 'polynomial', rate: 0.1 }), [epochs / 4])[0]).toBeCloseTo(0.075, 12);
  });

  it('rise in a line first where a schedule says so, for as large a part of a run of any length', () => {
    const warmed = withWeights({ type: 'steps', rate: 0.4, at: [45.5], factor: 0.1, warmUp: 9.1 });
    for (const [recipe, length] of [[warmed, 91], [stretchRecipe(warmed, 10), 10]] as const) {
      const rates = ratesAt(recipe, [0, 0.025, 0.05, 0.1, 0.49, 0.51].map((part) => part * length));
      [0, 0.1, 0.2, 0.4, 0.4, 0.04].forEach((rate, i) => expect(rates[i]).toBeCloseTo(rate, 12));
    }
  });

  it('keep their proportion to the last rate and a rise when the first is another', () => {
    expect(rescaleRates(withWeights({ type: 'cosine', rate: 0.1, least: 0.01, warmUp: 2 }), 0.05).rates.weights).toEqual({ type: 'cosine', rate: 0.05, least: 0.005, warmUp: 2 });
    expect(rescaleRates(withWeights({ type: 'polynomial', rate: 0.1, power: 2 }), 0.05).rates.weights).toEqual({ type: 'polynomial', rate: 0.05, power: 2 });
  });

  it('keep the first rate, and what both types have, when their type is another', () => {
    const retyped = (weights: ScheduleDesign, type: string) => overrideRecipe(withWeights(weights), 'rates.weights.type', type, 'test').rates.weights;
    expect(retyped({ type: 'steps', rate: 0.1, at: [1, 2], factor: 0.5, warmUp: 1 }, 'cosine')).toEqual({ type: 'cosine', rate: 0.1, warmUp: 1 });
    expect(retyped({ type: 'cosine', rate: 0.1, least: 0.01 }, 'polynomial')).toEqual({ type: 'polynomial', rate: 0.1, least: 0.01 });
    expect(retyped({ type: 'manual', rates: [{ from: 0, rate: 0.3 }, { from: 5, rate: 0.1 }] }, 'cosine')).toEqual({ type: 'cosine', rate: 0.3 });
    expect(retyped({ type: 'constant', rate: 0.2 }, 'manual')).toEqual({ type: 'manual', rates: [{ from: 0, rate: 0.2 }] });
    expect(retyped({ type: 'constant', rate: 0.2 }, 'toString')).toEqual({ type: 'toString', rate: 0.2 });
    expect(overrideRecipe(coded, 'rates.layers.conv1.type', 'constant', 'test').rates.layers?.conv1).toEqual({ type: 'constant', rate: 0.01 });
  });

  it('keep their proportion when the first is another', () => {
    const faster = rescaleRates(coded, 0.02);
    expect(ratesAt(faster, [0, 25])).toEqual([0.02, 0.002]);
    expect(ratesAt(faster, [0, 60], 'fc6.bias')).toEqual([0.04, 0.004]);
    expect(rescaleRates(findRecipe('alexnet-mini'), 0.025)).toEqual(findRecipe('alexnet-mini'));
  });
});

describe('optimisers', () => {
  async function updated(recipe: Recipe, names: readonly string[]): Promise<number[]> {
    const device = openHostDevice();
    const optimiser = recipeOptimiser(recipe);
    const parameters = await uploadParameters(device, new Map(names.map((name) => [name, Tensor.from([1], [2])])));
    const gradients = await uploadParameters(device, new Map(names.map((name) => [name, Tensor.from([1], [3])])));
    const state = await optimiser.initialState(device, parameters);
    await optimiser.step(device, parameters, gradients, state, 0.1);
    const values = [];
    for (const tensor of parameters.values()) values.push((await device.download(tensor)).data[0]);
    return values;
  }

  it.each([
    ['alexnet-2012-as-coded', ['fc6.weight', 'fc6.bias'], [0.0005, 0]],
    ['alexnet-2012-as-written', ['fc6.weight', 'fc6.bias'], [0.0005, 0.0005]],
    ['torchvision', ['fc6.weight', 'fc6.bias'], [0.0001, 0.0001]],
    ['cifar-18pct', ['conv1.weight', 'fc10.weight', 'fc10.bias'], [0.004, 1, 0]],
    ['cifar-11pct', ['conv1.weight', 'local3.weight', 'fc10.weight', 'local3.bias'], [0, 0.004, 0.01, 0]],
  ])('of %s let %j decay by %j', async (name, parameters, decays) => {
    const values = await updated(findRecipe(name), parameters);
    for (const [i, value] of values.entries()) expect(value, parameters[i]).toBeCloseTo(2 - 0.1 * (3 + decays[i] * 2), 6);
  });

  it('clip gradients and average weights where a recipe says so', async () => {
    const names = ['fc6.weight', 'fc6.bias'];
    const recipe = overrideRecipe(overrideRecipe(findRecipe('torchvision'), 'optimiser.clipNorm', 0.5, 'test'), 'optimiser.average', 0.75, 'test');
    const device = openHostDevice();
    const parameters = await uploadParameters(device, new Map(names.map((name) => [name, Tensor.from([1], [2])])));
    const gradients = await uploadParameters(device, new Map([['fc6.weight', Tensor.from([1], [3])], ['fc6.bias', Tensor.from([1], [4])]]));
    const optimiser = recipeOptimiser(recipe);
    const state = await optimiser.initialState(device, parameters);
    await optimiser.step(device, parameters, gradients, state, 0.1);
    // A gradient of length 5 becomes a tenth of it; both weights decay by 0.0001 of 2.
    const moves = [0.3, 0.4].map((gradient) => 0.1 * (gradient + 0.0002));
    const judged = recipeOptimiser(recipe).judged?.(parameters, state) ?? parameters;
    for (const [i, name] of names.entries()) {
      expect((await device.download(parameters.get(name)!)).data[0]).toBeCloseTo(2 - moves[i], 6);
      expect((await device.download(judged.get(name)!)).data[0]).toBeCloseTo(2 - moves[i] / 4, 6);
    }
    expect(recipeOptimiser(findRecipe('torchvision')).judged).toBeUndefined();
  });
});
