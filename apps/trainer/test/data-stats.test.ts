import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cifar10Dataset, datasetStatistics } from '@convkit/datasets';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { alexnet } from './support/cli.js';
import { writeTinyCifar } from './support/tiny-data.js';

// Each test starts processes, and machines may be busy.
vi.setConfig({ testTimeout: 120_000 });

let cwd: string;
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'convkit-stats-'));
  await writeTinyCifar(join(cwd, 'tiny'), 20, 10);
});
afterAll(() => rm(cwd, { recursive: true }));

const stats = (...args: string[]) => alexnet(['data', 'stats', '--data', 'cifar10:tiny', '--recipe', 'cifar-18pct', ...args], { cwd });

it('data stats tells what the data set itself says, and draws the mean image', async () => {
  const { events, stderr, exitCode } = await stats('--png', 'mean.png', '--json');
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
  const bytes = new Uint8Array(await readFile(join(cwd, 'tiny/data_batch_1.bin')));
  const expected = await datasetStatistics(await cifar10Dataset({ split: 'train', files: [{ name: 'data_batch_1.bin', bytes }] }));
  const { mean, deviation, pca, images, format } = events[0];
  expect({ mean, deviation, pca, images, format }).toEqual({ mean: expected.mean, deviation: expected.deviation, pca: expected.pca, images: 20, format: { size: 32, channels: 3, classes: 10 } });
  const { data, info } = await sharp(join(cwd, 'mean.png')).raw().toBuffer({ resolveWithObject: true });
  expect([info.width, info.height, info.channels]).toEqual([32, 32, 3]);
  expect([...data]).toEqual(Array.from(expected.meanImage?.data ?? [], (value) => Math.round(value)));
});

it('data stats puts the numbers beside those of ImageNet for people', async () => {
  const { stdout } = await stats();
  expect(stdout).toMatch(/^20 training images of cifar10:.*tiny, used as 32x32x3 \(cifar-18pct\); scale 0 to 255\n\nchannel +red +green +blue\nmean +\d+\.\d{4} +\d+\.\d{4} +\d+\.\d{4}\n/);
  expect(stdout).toMatch(/\nImageNet \(CC2 make-data\/input_meta\): mean 127\.305, 119\.715, 104\.913 \(red, green, blue\), main colour axes\n/);
  expect(stdout).toMatch(/\n +121\.7801 +-0\.5635 +-0\.5762 +-0\.5920\n$/);
});
