import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildNetwork, findNetwork, inputShape } from '@convkit/alexnet';
import { summarise } from '@convkit/layers';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { alexnet } from './support/cli.js';
import { testDevice, writeTinyIdx } from './support/tiny-data.js';

// Each test starts processes, and machines may be busy.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

let cwd: string;
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'convkit-plan-'));
  await writeTinyIdx(join(cwd, 'tiny'), 8, 150);
});
afterAll(() => rm(cwd, { recursive: true }));

describe('alexnet train --plan', () => {
  it('tells figures that belong together, and trains nothing', async () => {
    const { exitCode, stderr, events } = await alexnet(['train', '--plan', '--data', 'idx:tiny', '--batch', '2', '--max-steps', '9', '--keep', '5', '--device', testDevice, '--json'], { cwd });
    expect({ exitCode, stderr, lines: events.length }).toEqual({ exitCode: 0, stderr: '', lines: 1 });
    const [plan] = events;
    const { design, recipe, defaults } = findNetwork('alexnet-mini');
    const { parameters, multiplyAdds, bytesKept } = summarise(buildNetwork(design, { ...defaults, classes: 3 }), [1, ...inputShape(recipe, defaults)]);
    expect(plan).toMatchObject({
      ...{ type: 'plan', recipe: 'alexnet-mini', model: 'alexnet-mini', device: testDevice, steps: 9, evaluations: 3, workers: 0 },
      memory: { batch: 2, parameters, multiplyAdds, parameterBytes: 4 * parameters, optimiserBytes: 4 * parameters, activationBytes: 2 * bytesKept, checkpointBytes: 8 * parameters },
      limits: { device: 2 ** 32 },
      // Five, the best, and one that is being written.
      checkpointBytes: 7 * 8 * parameters,
    });
    for (const name of ['trainImagesPerSecond', 'forwardImagesPerSecond', 'loaderImagesPerSecond', 'freeDiskBytes']) expect(plan[name]).toBeGreaterThan(0);
    expect(plan.seconds).toBeCloseTo(18 / Number(plan.trainImagesPerSecond) + 450 / Number(plan.forwardImagesPerSecond), 6);
    expect(await readdir(cwd)).toEqual(['tiny']);
  });

  it('speaks to people', async () => {
    const { exitCode, stderr, stdout } = await alexnet(['train', '--plan', '--data', 'idx:tiny', '--batch', '2', '--device', testDevice], { cwd });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toMatch(/\nalexnet-mini, batches of 2 images 26x26x1, on cpu\n\nparameters +[\d,]+\nmultiply-adds, one image forward +[\d,]+\n/);
    expect(stdout).toMatch(/\nall tensors at most +[\d,]+ bytes\nwhat the device can hold +4,294,967,296 bytes\n/);
    expect(stdout).toMatch(/\ntime +\d+ s\n\n(warning: .*\n)*It fits\. Nothing was trained; without --plan it is\.\n$/);
  });
});

it.each([[[]], [['--plan']]])('a run that cannot fit is refused before it begins, with all numbers %j', async (flags) => {
  const { exitCode, stdout, stderr } = await alexnet(['train', '--batch', '60000', '--device', testDevice, '--json', ...flags], { cwd });
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
  const found = /^error: batches of 60000 take ([\d,]+) bytes of the device cpu \(parameters [\d,]+, the optimiser's [\d,]+, activations kept for backward [\d,]+\), which holds 4,294,967,296 at most\.\nhelp: --micro-batch (\d+) trains the same in parts that fit\.\n$/.exec(stderr);
  expect(Number(found?.[1].replaceAll(',', ''))).toBeGreaterThan(2 ** 32);
  expect(Number(found?.[2])).toBeGreaterThan(100);
  expect(Number(found?.[2])).toBeLessThan(60_000);
  expect(await readdir(cwd)).toEqual(['tiny']);
});
