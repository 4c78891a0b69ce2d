import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSafetensors } from '@convkit/model-io';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { alexnet } from './support/cli.js';
import { readEventFile } from './support/read-event-file.js';
import { testDevice, writeTinyCifar } from './support/tiny-data.js';

// Each test starts processes, and machines may be busy.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

let cwd: string;
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'convkit-train-tensorboard-'));
  await writeTinyCifar(join(cwd, 'tiny'), 16, 10);
});
afterAll(() => rm(cwd, { recursive: true, force: true }));

it('writes numbers, kernels and histograms for TensorBoard, a resumed run into a file of its own', async () => {
  const first = await alexnet(['train', '--tensorboard', '--data', 'cifar10:tiny', '--batch', '4', '--max-steps', '4', '--device', testDevice, '--json', '--out', 'run'], { cwd });
  expect(first).toMatchObject({ exitCode: 0, stderr: '' });
  const second = await alexnet(['train', '--tensorboard', '--resume', 'run', '--max-steps', '6', '--json'], { cwd });
  expect(second).toMatchObject({ exitCode: 0, stderr: '' });
  const files = (await readdir(join(cwd, 'run/tensorboard'))).sort();
  expect(files).toHaveLength(2);
  const told = [first, second].map(({ events }) => events);
  for (const [i, file] of files.entries()) {
    const shown = readEventFile(await readFile(join(cwd, 'run/tensorboard', file))).flatMap(({ step, values }) => values.map((value) => ({ step, ...value })));
    const numbersOf = (tag: string) => shown.filter((value) => value.tag === tag).map(({ step, number }) => [step, number]);
    for (const [type, group] of [['step', 'train'], ['epoch', 'epoch'], ['evaluation', 'test']]) {
      const events = told[i].filter((event) => event.type === type);
      expect(events.length).toBeGreaterThan(type === 'epoch' ? -1 : 0);
      for (const [member, tag] of [['loss', 'loss'], ['top1', 'top-1'], ['top5', 'top-5']]) {
        expect(numbersOf(`${group}/${tag}`)).toEqual(events.map((event) => [event.step, Math.fround(Number(event[member]))]));
      }
    }
    const { path, step } = told[i].filter(({ type }) => type === 'checkpoint').at(-1) as { path: string; step: number };
    const { tensors } = readSafetensors(await readFile(join(cwd, path)));
    const last = shown.filter((value) => value.step === step);
    for (const [name, { data }] of tensors) {
      if (name.startsWith('optimiser/')) continue;
      const histogram = last.find(({ tag }) => tag === `parameters/${name}`)?.histogram;
      expect(histogram).toMatchObject({ num: data.length, min: data.reduce((least, value) => Math.min(least, value)), max: data.reduce((most, value) => Math.max(most, value)) });
      expect(histogram?.counts.reduce((sum, count) => sum + count, 0)).toBe(data.length);
    }
    const image = last.find(({ tag }) => tag === 'kernels/conv1')?.image;
    // Two columns of 8 kernels, 5 pixels and a gap each, four times as large.
    expect(image).toMatchObject({ width: 4 * (8 * 6 + 1), height: 4 * (2 * 6 + 1 + 4), colours: 3 });
    expect(await sharp(image?.png).metadata()).toMatchObject({ format: 'png', width: image?.width, height: image?.height, channels: 3 });
  }
});
