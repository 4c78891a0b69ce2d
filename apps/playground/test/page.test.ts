import { fashionMnist, loadFashionMnist } from '@convkit/dataset-fashion-mnist';
import { idxDataset } from '@convkit/datasets';
import { openGpuDevice } from '@convkit/kernels-gpu';
import { openHostDevice } from '@convkit/tensor';
import axe from 'axe-core';
import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prepareModel, startRun, type Model } from '../src/run.js';
import { settingsOf } from '../src/settings.js';
import { openBuiltPage, type BuiltPage } from './support/built-page.js';

let built: BuiltPage;
beforeAll(async () => {
  built = await openBuiltPage();
});
afterAll(() => built.close());

/** Waits for the end of a run and returns what the page knows of it. */
async function outcome(page: Page) {
  await page.waitForFunction(() => ['finished', 'failed'].includes(window.convkit.state), undefined, { timeout: 280_000 });
  return page.evaluate(() => window.convkit);
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('the built page, minified', () => {
  it.each([
    ['gpujs-webasm', 'webasm'],
    ['webgl2', 'webgl2'],
    ['webgpu', 'webgpu'],
  ])('trains 20 steps on %s, and the loss falls', async (device, mode) => {
    const { page, complaints } = await built.open(`device=${device}&steps=20&batch=16&seed=3&testImages=50&autostart`);
    const { state, error, losses, finished, ...rest } = await outcome(page);
    expect({ state, error, complaints }).toEqual({ state: 'finished', error: undefined, complaints: [] });
    expect(rest.mode).toBe(mode);
    expect(losses).toHaveLength(20);
    // Batches of 16 scatter by some hundredths; from about 2.5 it comes down to about 2.27.
    expect(mean(losses.slice(-5))).toBeLessThan(mean(losses.slice(0, 5)) - 0.1);
    expect(finished).toMatchObject({ reason: 'finished', steps: 20, testImages: 50 });
    expect(finished?.guesses).toHaveLength(12);
    await page.close();
  }, 300_000);

  it('stops when it is asked to, and trains again', async () => {
    const { page, complaints } = await built.open('device=gpujs-webasm&steps=5000&testImages=50&autostart');
    await page.waitForFunction(() => window.convkit.losses.length >= 3);
    await page.getByRole('button', { name: 'Stop' }).click();
    const stopped = await outcome(page);
    expect(stopped.finished).toMatchObject({ reason: 'stopped', steps: stopped.losses.length });
    await page.getByLabel('Steps').fill('2');
    await page.getByRole('button', { name: 'Train' }).click();
    await page.waitForFunction(() => window.convkit.state === 'running');
    expect((await outcome(page)).finished).toMatchObject({ reason: 'finished', steps: 2 });
    await expect.poll(() => page.getByRole('status').textContent()).toMatch(/^Done after 2 steps at \d+ images a second\. It names \d+\.\d % of 50 new pictures rightly\.$/);
    expect(complaints).toEqual([]);
    await page.close();
  }, 60_000);

  it.each(['light', 'dark'] as const)('passes the accessibility checks, %s, and fits a phone', async (colorScheme) => {
    const { page } = await built.open('device=gpujs-webasm&steps=3&batch=4&testImages=4&autostart', { colorScheme, viewport: { width: 390, height: 800 } });
    await outcome(page);
    await page.evaluate(axe.source);
    const { violations, passes } = await page.evaluate(() => (window as unknown as { axe: typeof axe }).axe.run());
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([]);
    expect(passes.length).toBeGreaterThan(20);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
    await page.close();
  }, 60_000);

  it('says in words what is not there', async () => {
    const { page } = await built.open('device=gpujs-cpu&steps=1&batch=1&testImages=1');
    await page.waitForFunction(() => window.convkit.state === 'ready');
    await page.route('**/*.gz', (route) => route.abort());
    await page.getByRole('button', { name: 'Train' }).click();
    await outcome(page);
    expect(await page.getByRole('status').textContent()).toMatch(/train-images-idx3-ubyte/);
    await page.close();
  });
});

describe('Node and Chromium give the same bits', () => {
  let model: Model;
  beforeAll(async () => {
    const { train, test } = await loadFashionMnist();
    const { name, classes } = fashionMnist;
    model = await prepareModel({ train: await idxDataset({ name, classes, split: 'train', ...train }), test: await idxDataset({ name, classes, split: 'test', ...test }) });
  });

  it.each([
    ['gpujs-webasm', () => openGpuDevice('gpujs-webasm'), 'steps=20&batch=16&seed=3&testImages=50'],
    ['host', async () => openHostDevice(), 'steps=3&batch=2&seed=3&testImages=2'],
  ] as const)('%s', async (name, open, query) => {
    const { page } = await built.open(`device=${name}&${query}&autostart`);
    const inChromium = await outcome(page);
    await page.close();
    const device = await open();
    const losses: number[] = [];
    let weights = '';
    for await (const event of startRun(model, device, settingsOf(new URLSearchParams(query)))) {
      if (event.type === 'step') losses.push(event.loss);
      if (event.type === 'done') weights = event.weightsSha256;
    }
    await device.destroy();
    expect(losses.length).toBeGreaterThan(2);
    expect(inChromium.losses).toEqual(losses);
    expect(inChromium.finished?.weightsSha256).toBe(weights);
  }, 120_000);
});
