import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findRecipe } from '@convkit/alexnet';
import { Tensor } from '@convkit/tensor';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ablations } from '../src/repro/ablations.js';
import { fig1Recipe } from '../src/repro/fig1.js';
import { meanColour } from '../src/repro/fig3.js';
import { alexnet } from './support/cli.js';
import { testDevice, writeTinyCifar } from './support/tiny-data.js';

// Each test starts processes, and machines may be busy.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

let cwd: string;
const data = 'cifar10:tiny';
const run = (...args: string[]) => alexnet(args, { cwd });

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'convkit-repro-'));
  await writeTinyCifar(join(cwd, 'tiny'), 32, 10);
  const trained = await run('train', '--data', data, '--batch', '4', '--max-steps', '2', '--device', testDevice, '--out', 'run', '--json');
  expect(trained).toMatchObject({ exitCode: 0, stderr: '' });
});
afterAll(() => rm(cwd, { recursive: true }));

describe('repro fig1', () => {
  it('compares nets that differ in the nonlinearity alone, without anything that regularises', () => {
    const recipe = fig1Recipe('tanh', 0.01, 5);
    const types = recipe.network.order.map((name) => recipe.network.layers[name].type);
    expect(types).toEqual(['conv2d', 'maxPool', 'tanh', 'conv2d', 'tanh', 'avgPool', 'conv2d', 'tanh', 'avgPool', 'dense']);
    expect(recipe.optimiser).toEqual({ form: '2012', momentum: 0.9, decay: 0, decayBiases: false });
    expect(recipe.rates).toEqual({ weights: { type: 'constant', rate: 0.01 }, biases: { type: 'constant', rate: 0.02 } });
  });

  it('leaves curves, numbers and a report, and takes over what is there already', async () => {
    const args = ['repro', 'fig1', '--data', data, '--rates', '0.0001,0.001', '--max-epochs', '2', '--batch', '8', '--device', testDevice, '--json', '--out', 'fig1'];
    const first = await run(...args);
    expect(first).toMatchObject({ exitCode: 0, stderr: '' });
    expect(first.events.map(({ type, net, rate }) => [type, net, type === 'tuning' ? rate : undefined])).toEqual([
      ...['relu', 'tanh', 'sigmoid'].flatMap((net) => [['tuning', net, 0.0001], ['tuning', net, 0.001], ['net', net, undefined]]),
      ['done', undefined, undefined],
    ]);
    const parts = ['relu', 'sigmoid', 'tanh'].flatMap((net) => [`fig1-${net}-at-0.0001.json`, `fig1-${net}-at-0.001.json`, `fig1-${net}.json`]);
    expect((await readdir(join(cwd, 'fig1'))).sort()).toEqual([...parts, 'fig1.md', 'fig1.svg']);
    const relu = JSON.parse(await readFile(join(cwd, 'fig1/fig1-relu.json'), 'utf8')) as { curve: { epoch: number; error: number }[]; epochs: number | null };
    expect(relu.curve.map(({ epoch }) => epoch)).toEqual([0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 2].slice(0, relu.curve.length));
    expect(relu.epochs).toBeNull();
    const report = await readFile(join(cwd, 'fig1/fig1.md'), 'utf8');
    expect(report).toContain('The paper (section 3.1, figure 1): with ReLU 25 % after about 6 epochs, six times faster than with tanh.');
    expect(await readFile(join(cwd, 'fig1/fig1.svg'), 'utf8')).toMatch(/^<svg [^]*<\/svg>\n$/);
    const second = await run(...args);
    expect(second.events.filter(({ type }) => type !== 'done').map(({ net, taken }) => [net, taken])).toEqual([['relu', true], ['tanh', true], ['sigmoid', true]]);
  });
});

describe('repro fig3', () => {
  it('draws the kernels of a checkpoint', async () => {
    const { events, stderr } = await run('repro', 'fig3', '--checkpoint', 'run', '--out', 'fig3.png', '--scale', '2', '--json');
    expect(stderr).toBe('');
    expect(events[0]).toMatchObject({ type: 'done', kernels: 16, shape: [5, 5, 3], step: 2, out: 'fig3.png' });
    const { width, height, format } = await sharp(join(cwd, 'fig3.png')).metadata();
    // Two columns of 8 kernels, 5 pixels and a gap each, twice as large.
    expect([width, height, format]).toEqual([2 * (8 * 6 + 1), 2 * (2 * 6 + 1 + 4), 'png']);
  });

  it('writes over nothing', async () => {
    await writeFile(join(cwd, 'mine.png'), 'mine');
    const { exitCode, stderr } = await run('repro', 'fig3', '--checkpoint', 'run', '--out', 'mine.png');
    expect([exitCode, stderr]).toEqual([1, 'error: mine.png: is there already, and nothing is written over.\nhelp: choose another name.\n']);
    expect(await readFile(join(cwd, 'mine.png'), 'utf8')).toBe('mine');
  });

  it('tells grey kernels from coloured ones', () => {
    expect(meanColour(Tensor.from([1, 1, 3, 2], [1, 1, 1, -1, 1, 0]))).toBeCloseTo(0.5, 12);
  });
});

describe('repro fig4', () => {
  it('shows test images with their bars, and with the training images that are nearest', async () => {
    const { events, stderr } = await run('repro', 'fig4', '--checkpoint', 'run', '--out', 'fig4.svg', '--images', '3', '--queries', '2', '--neighbours', '4', '--device', testDevice, '--json');
    expect(stderr).toBe('');
    const done = events[0] as { answers: { guesses: { probability: number }[] }[]; similar: { neighbours: { index: number; distance: number }[] }[] };
    expect(done.answers).toHaveLength(3);
    for (const { guesses } of done.answers) {
      const values = guesses.map(({ probability }) => probability);
      expect(values).toEqual([...values].sort((a, b) => b - a));
      expect(values).toHaveLength(5);
    }
    for (const { neighbours } of done.similar) {
      const distances = neighbours.map(({ distance }) => distance);
      expect(distances).toEqual([...distances].sort((a, b) => a - b));
      expect(new Set(neighbours.map(({ index }) => index)).size).toBe(4);
    }
    const svg = await readFile(join(cwd, 'fig4.svg'), 'utf8');
    expect(svg.match(/<image /g)).toHaveLength(3 + 2 * 5);
    const { width, format } = await sharp(Buffer.from(svg)).metadata();
    expect([format, Number(width) > 500]).toEqual(['svg', true]);
  });
});

describe('repro ablations', () => {
  const mini = findRecipe('alexnet-mini');
  const changed = (name: string, recipe = mini) => ablations.find((ablation) => ablation.name === name)?.change(recipe);

  it('takes one thing away at a time', () => {
    const typesOf = (recipe = mini) => recipe.network.order.map((name) => recipe.network.layers[name].type);
    expect(typesOf(changed('without normalisation'))).toEqual(typesOf().filter((type) => type !== 'lrn'));
    expect(typesOf(changed('without dropout'))).toEqual(typesOf().filter((type) => type !== 'dropout'));
    expect(changed('pooling that does not overlap')?.network.layers.pool1).toMatchObject({ window: 2, stride: 2 });
    expect(changed('without weight decay')?.optimiser.decay).toBe(0);
    expect(changed('without colour noise')).toBeUndefined();
    expect(changed('without colour noise', findRecipe('alexnet-2012-as-coded'))?.data.colourNoise).toBeUndefined();
    const { layers } = changed('one column', findRecipe('alexnet-2012-as-coded'))?.network ?? mini.network;
    const half = findRecipe('alexnet-2012-half').network.layers;
    for (const name of ['conv1', 'norm1', 'conv2', 'norm2', 'conv3', 'conv4', 'conv5']) expect(layers[name], name).toEqual(half[name]);
  });

  it('runs every variant with every seed, compares them, and goes on where it was', async () => {
    const args = ['repro', 'ablations', '--data', data, '--epochs', '1', '--seeds', '2', '--only', 'without dropout,one column', '--device', testDevice, '--out', 'ablations', '--set', 'training.batch=8', '--json'];
    const first = await run(...args);
    expect(first).toMatchObject({ exitCode: 0, stderr: '' });
    expect((await readdir(join(cwd, 'ablations'))).sort()).toEqual([
      'ablations.md', 'ablations.svg', 'one-column-seed-1.json', 'one-column-seed-2.json', 'the-whole-recipe-seed-1.json', 'the-whole-recipe-seed-2.json', 'without-dropout-seed-1.json', 'without-dropout-seed-2.json',
    ]);
    const report = await readFile(join(cwd, 'ablations/ablations.md'), 'utf8');
    expect(report).toMatch(/\n\| without dropout \| \d+\.\d\d ± \d+\.\d\d \| [+-]\d+\.\d\d ± \d+\.\d\d \| .* \| substantial overfitting \(section 4\.2\) \|\n/);
    await rm(join(cwd, 'ablations/one-column-seed-2.json'));
    const second = await run(...args);
    expect(second.events.filter(({ type }) => type === 'run').map(({ taken }) => taken)).toEqual([true, true, true, true, true, false]);
    const strip = ({ events }: typeof first) => events.filter(({ type }) => type === 'run').map(({ taken: _, seconds: __, ...rest }) => rest);
    expect(strip(second)).toEqual(strip(first));
    const other = await run(...args, '--set', 'data.flip=0');
    expect([other.exitCode, other.stderr]).toEqual([1, expect.stringMatching(/^error: ablations\/the-whole-recipe-seed-1\.json: was made with other settings/) as string]);
  });
});
