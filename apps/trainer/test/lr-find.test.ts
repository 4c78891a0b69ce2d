import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildNetwork, findRecipe, recipeSchedule } from '@convkit/alexnet';
import { parseHTML } from 'linkedom';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { risingRates } from '../src/lr-find/range-test.js';
import type { RangePoint } from '../src/lr-find/suggest-rate.js';
import { alexnet } from './support/cli.js';
import { testDevice, writeTinyIdx } from './support/tiny-data.js';

// Each test starts processes, and machines may be busy.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

let cwd: string;
const find = (...args: string[]) => alexnet(['lr-find', '--data', 'idx:tiny', '--device', testDevice, ...(args.includes('--batch') ? [] : ['--batch', '4']), ...args], { cwd });

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'convkit-lr-'));
  await writeTinyIdx(join(cwd, 'tiny'), 24, 6);
});
afterAll(() => rm(cwd, { recursive: true }));

describe('risingRates', () => {
  it('rises by one factor, and keeps the proportions that a recipe begins with', () => {
    const recipe = findRecipe('alexnet-2012-as-coded');
    const first = recipeSchedule(recipe)({ step: 0, epoch: 0 });
    const rates = risingRates(recipeSchedule(recipe), 1e-6, 10, 8);
    const names = buildNetwork(recipe.network, { classes: 1000 }).parameterSpecs([1, 224, 224, 3]).map(({ name }) => name);
    for (let step = 0; step < 8; step++) {
      // The epoch moves nothing: no drop of the recipe may come in between.
      const { common, of } = rates({ step, epoch: 10 * step });
      expect(common).toBeCloseTo(10 ** (step - 6), 12);
      for (const name of names) expect(of(name) / common).toBeCloseTo(first.of(name) / first.common, 12);
    }
    // Otherwise there would be no proportions to keep.
    expect(new Set(names.map((name) => first.of(name))).size).toBeGreaterThan(1);
  });
});

describe('alexnet lr-find', () => {
  it('ends when the loss explodes, suggests a rate by its rules, and leaves a picture and numbers', async () => {
    const { exitCode, stderr, events } = await find('--steps', '60', '--from', '0.0001', '--to', '1000', '--out', 'found', '--json');
    expect({ exitCode, stderr, lines: events.length }).toEqual({ exitCode: 0, stderr: '', lines: 1 });
    const [done] = events;
    expect(done).toMatchObject({ type: 'done', recipe: 'alexnet-mini', batch: 4, device: testDevice, from: 0.0001, to: 1000, end: 'exploded', recipeRate: 0.025, out: 'found' });
    expect((await readdir(join(cwd, 'found'))).sort()).toEqual(['lr-find.json', 'lr-find.svg']);
    const { points, suggestion, ...rest } = JSON.parse(await readFile(join(cwd, 'found/lr-find.json'), 'utf8')) as { points: RangePoint[]; suggestion: { rate: number; steepest: number; tenthOfLeast: number } };
    expect(rest).toMatchObject({ recipe: 'alexnet-mini', changes: ['training.batch: 32 -> 4'], seed: 1 });
    expect(points).toHaveLength(Number(done.steps));
    expect(points.length).toBeLessThan(60);
    for (const [i, { step, rate }] of points.entries()) expect([step, rate / 1e-4]).toEqual([i + 1, expect.closeTo(10 ** ((7 * i) / 59), 6)]);
    expect(done.suggestion).toEqual(suggestion);
    expect(suggestion.rate).toBe(Math.min(suggestion.steepest, suggestion.tenthOfLeast));
    const least = points.reduce((best, point) => (point.smoothed < best.smoothed ? point : best));
    expect(suggestion.tenthOfLeast).toBeCloseTo(least.rate / 10, 12);
    expect(points.map(({ rate }) => rate)).toContain(suggestion.steepest);
    const svg = await readFile(join(cwd, 'found/lr-find.svg'), 'utf8');
    const { document } = parseHTML(svg);
    expect(document.querySelector('svg')?.getAttribute('xmlns')).toBe('http://www.w3.org/2000/svg');
    expect(svg).not.toContain('NaN');
    expect(document.querySelector('svg')?.textContent).toContain('falls fastest: ');
    expect((await find('--steps', '60', '--from', '0.0001', '--to', '1000', '--workers', '2', '--out', 'threads', '--json')).events[0].suggestion).toEqual(suggestion);
  });

  it('speaks to people, and suggests nothing where the loss did not fall', async () => {
    const { exitCode, stderr, stdout } = await find('--batch', '24', '--steps', '20', '--from', '1e-9', '--to', '1e-8');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toMatch(/(^|\n)alexnet-mini on idx:tiny, batches of 24, on cpu: 20 updates at rates from 1e-9 to 1e-8 in \d+ s; the last rate was reached\n\nloss [\d.]+\n/);
    expect(stdout).toMatch(/\nthe loss did not fall: no rate can be suggested\. .*\npicture and numbers: lr-find\/\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-alexnet-mini\/lr-find\.svg, lr-find\.json\n$/);
  });

  it('refuses what it cannot do, and writes over nothing', async () => {
    expect(await find('--from', '1', '--to', '0.1')).toMatchObject({ exitCode: 2, stdout: '', stderr: 'error: --from is 1 and --to is 0.1, but the rate rises from the one to the other.\nhelp: give a --from below --to.\n' });
    expect(await find('--steps', '5')).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("'5' is invalid. It must be a whole number of at least 20.") as string });
    expect(await find('--out', 'tiny', '--json')).toMatchObject({ exitCode: 1, stdout: '', stderr: 'error: tiny: the folder is not empty, and nothing is written over.\nhelp: choose another --out.\n' });
  });
});
