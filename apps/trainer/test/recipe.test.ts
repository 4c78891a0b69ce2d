import { findRecipe, overrideRecipe, recipes } from '@convkit/alexnet';
import { OptionError } from '@convkit/tensor';
import { tmpdir } from 'node:os';
import { describe, expect, it, vi } from 'vitest';
import { chooseRecipe } from '../src/choose-recipe.js';
import { checkRecipe } from '../src/recipe-schema.js';
import { differenceLines, formatDifference, formatValue } from '../src/recipe-text.js';
import { alexnet } from './support/cli.js';

// Each test starts processes, and machines may be busy.
vi.setConfig({ testTimeout: 120_000 });

const run = (...args: string[]) => alexnet(['recipe', ...args], { cwd: tmpdir() });

describe('alexnet recipe', () => {
  it('lists every recipe with the cost of its network', async () => {
    const { stdout, stderr, exitCode } = await run('list');
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
    const lines = stdout.split('\n');
    expect(lines.slice(1, 1 + Object.keys(recipes).length).map((line) => line.split(/ +/)[0])).toEqual(Object.keys(recipes));
    expect(stdout).toMatch(/\nalexnet-2012-as-coded +alexnet-2012 +256 +60,965,224 +724,406,816 +128 +91\n/);
    expect(stdout).toMatch(/\nalexnet-mini +alexnet-mini +28 to 32 +526,938 +2,392,384 +32 +3\n/);
  });

  it('shows every entry with its source, and what the short names mean', async () => {
    const { stdout } = await run('show', 'alexnet-2012-as-coded');
    expect(stdout).toMatch(/\nnetwork\.layers\.norm1\.divideAlphaBySize +yes +CHM layer\.py, NormLayerParser: scale \/ size\n/);
    expect(stdout).toMatch(/\nrates\.weights\.rates +0\.01 from epoch 0, 0\.001 from epoch 25, 0\.0001 from epoch 51, 0\.00001 from epoch 79 +CHM layer-params-145\.cfg/);
    expect(stdout).toMatch(/\n\nCHM {4}github\.com\/computerhistory\/AlexNet-Source-Code, commit 2f8b81f: the code of 2012\nCC1 /);
    expect(stdout).not.toContain('TV   ');
  });

  it('shows a changed entry as changed', async () => {
    const { stdout } = await run('show', 'cifar-18pct', '--set', 'rates.weights.at=18,21', '--set', 'network.layers.pool1.window=2');
    expect(stdout).toMatch(/\nrates\.weights\.at +\[18, 21\] +--set\n/);
    expect(stdout).toMatch(/\nnetwork\.layers\.pool1\.window +2 +--set\n/);
  });

  it('tells two recipes apart, one difference a line', async () => {
    const { stdout } = await run('diff', 'alexnet-2012-as-coded', 'alexnet-2012-as-written');
    const lines = stdout.trimEnd().split('\n');
    expect(lines[0]).toMatch(/^entry +alexnet-2012-as-coded +alexnet-2012-as-written$/);
    expect(lines[1]).toMatch(/^network\.order +… norm1 pool1 relu1 conv2 relu2 norm2 spatialNorm2 … +… relu1 norm1 pool1 conv2 relu2 norm2 …$/);
    expect(stdout).toMatch(/\nnetwork\.layers\.spatialNorm2 +lrnWithinChannel, size 5, alpha 0\.001, divideAlphaBySize yes, beta 0\.75, k 1 +none\n/);
    expect(stdout).toMatch(/\ndata\.imagesPerDraw +32 +1\n/);
    expect(new Set(lines.map((line) => line.split(' ')[0])).size).toBe(lines.length);
    expect((await run('diff', 'torchvision', 'torchvision')).stdout).toBe('torchvision and torchvision do not differ.\n');
  });

  it('gives programs the same as JSON', async () => {
    const { events } = await run('diff', 'caffe-alexnet', 'caffenet', '--json');
    expect(events).toHaveLength(1);
    const { differences } = events[0] as { differences: readonly { path: string; a?: { value: unknown }; b?: { value: unknown } }[] };
    expect(differences.map(({ path, a, b }) => [path, a?.value, b?.value]).slice(1)).toEqual(['conv2', 'conv4', 'conv5', 'fc6', 'fc7'].map((layer) => [`network.layers.${layer}.initialBias`, 0.1, 1]));
  });
});

describe('chooseRecipe', () => {
  it('is the recipe itself when nothing is asked for', () => {
    expect(chooseRecipe({})).toEqual({ recipe: findRecipe('alexnet-mini'), changes: [] });
    for (const recipe of Object.values(recipes)) expect(chooseRecipe({ model: recipe.network.name })).toEqual({ recipe, changes: [] });
  });

  it('tells every change, by whatever it was made', () => {
    const { recipe, changes } = chooseRecipe({ recipe: 'cifar-18pct', epochs: 70, batch: 64, lr: 0.002, set: ['data.flip=0.5', 'optimiser.decayOf=none', 'data.colourNoise={"strength":0.1,"by":"deviation","divisor":1,"pca":"data"}'] });
    expect(recipe.rates.weights).toEqual({ type: 'steps', rate: 0.002, at: [60, 65], factor: 0.1 });
    expect(changes.map((change) => [change.path, ...formatDifference(change)])).toEqual([
      ['data.flip', '0', '0.5'],
      ['data.colourNoise.strength', 'none', '0.1'],
      ['data.colourNoise.by', 'none', 'deviation'],
      ['data.colourNoise.divisor', 'none', '1'],
      ['data.colourNoise.pca', 'none', 'data'],
      ['training.batch', '128', '64'],
      ['training.epochs', '140', '70'],
      ['optimiser.decayOf.fc10', '1', 'none'],
      ['rates.weights.rate', '0.001', '0.002'],
      ['rates.weights.at', '[120, 130]', '[60, 65]'],
      ['rates.biases.rate', '0.002', '0.004'],
      ['rates.biases.at', '[120, 130]', '[60, 65]'],
    ]);
  });

  it('takes another kind of schedule, which begins at the same rate, and a rise before any', () => {
    const { recipe } = chooseRecipe({ epochs: 6, set: ['rates.weights.type=cosine', 'rates.weights.least=0.001', 'rates.weights.warmUp=0.5', 'rates.biases.type=polynomial', 'rates.biases.power=2'] });
    expect(recipe.rates).toEqual({ weights: { type: 'cosine', rate: 0.025, least: 0.001, warmUp: 0.5 }, biases: { type: 'polynomial', rate: 0.05, power: 2 } });
    expect(chooseRecipe({ set: ['rates.weights.warmUp=1', 'rates.weights.warmUp=none'] }).changes).toEqual([]);
  });

  it('clips gradients and averages weights when asked to, and no more when asked not to', () => {
    const set = ['optimiser.clipNorm=1', 'optimiser.average=0.999'];
    expect(chooseRecipe({ set }).changes.map(({ path, a, b }) => [path, a?.value, b?.value])).toEqual([['optimiser.clipNorm', undefined, 1], ['optimiser.average', undefined, 0.999]]);
    expect(chooseRecipe({ set: [...set, 'optimiser.clipNorm=none', 'optimiser.average=none'] }).changes).toEqual([]);
  });

  it('trains a network by the recipe of another', () => {
    const { recipe } = chooseRecipe({ recipe: 'alexnet-2012-as-coded', model: 'torchvision' });
    expect(recipe.network).toEqual(findRecipe('torchvision').network);
    expect(recipe.data).toEqual(findRecipe('alexnet-2012-as-coded').data);
  });

  it.each([
    ['data.flip=2', /^the recipe's data\.flip cannot be so: /],
    ['data.flips=0', /^the recipe's data cannot be so: .*flips/],
    ['network.layers.conv1.outputs=many', /^the recipe's network\.layers\.conv1\.outputs cannot be so: /],
    ['training.batch=none', /^the recipe's training\.batch cannot be so: /],
    ['rates.weights.type=linear', /^the recipe's rates\.weights\.type cannot be so: /],
    ['rates.weights.warmUp=0', /^the recipe's rates\.weights\.warmUp cannot be so: /],
    ['rates.weights.type=dexp', /^the recipe's rates\.weights\.steps cannot be so: /],
    ['optimiser.clipNorm=0', /^the recipe's optimiser\.clipNorm cannot be so: /],
    ['optimiser.average=1', /^the recipe's optimiser\.average cannot be so: /],
    ['dta.flip=0', /^the recipe has no entry "dta\.flip": there is no group "dta"\./],
    ['flip', /^--set flip is no entry and value\./],
  ])('refuses --set %s', (set, message) => {
    expect(() => chooseRecipe({ recipe: 'cifar-18pct', set: [set] })).toThrow(expect.objectContaining({ summary: expect.stringMatching(message) as string }));
  });
});

it('the schema takes every recipe as it is, and nothing else', () => {
  for (const recipe of Object.values(recipes)) expect(checkRecipe(JSON.parse(JSON.stringify(recipe)))).toEqual(recipe);
  expect(() => checkRecipe({ ...findRecipe('torchvision'), extra: 1 })).toThrow(OptionError);
});

it('values are written as people write them', () => {
  expect([true, false, undefined, 0.5, [1, 2], ['conv1', 'relu1'], [{ from: 0, rate: 0.01 }, { from: 25, rate: 0.001 }]].map((value) => formatValue(value))).toEqual([
    'yes', 'no', 'none', '0.5', '[1, 2]', 'conv1 relu1', '0.01 from epoch 0, 0.001 from epoch 25',
  ]);
});

it('what one recipe alone has is one line', () => {
  const coded = findRecipe('alexnet-2012-as-coded');
  expect(differenceLines(coded, overrideRecipe(coded, 'data.colourNoise', undefined, ''))).toEqual([
    ['data.colourNoise', 'strength 0.1, by deviation, divisor 1.1, pca imagenet, until 67', 'none'],
  ]);
});
