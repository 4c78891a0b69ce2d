import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { alexnet } from './support/cli.js';
import { tarOf } from './support/tar.js';
import { testDevice } from './support/tiny-data.js';

// Each test starts processes, and machines may be busy.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 });

let cwd: string;
const photo = (value: number) => sharp({ create: { width: 40, height: 34, channels: 3, background: { r: value, g: 90, b: 255 - value } } }).png().toBuffer();
/** Files of samples of two classes in turn. */
const samples = async (count: number, from = 0) =>
  (await Promise.all(Array.from({ length: count }, async (_, i) => [[`${from + i}.png`, await photo(10 * i)], [`${from + i}.cls`, String(i % 2)]] as const))).flat();

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'convkit-passed-'));
  for (const [part, count] of [['train', 3], ['val', 1]] as const) {
    for (const name of ['cat', 'dog']) {
      await mkdir(join(cwd, 'photos', part, name), { recursive: true });
      for (let i = 0; i < count; i++) await writeFile(join(cwd, 'photos', part, name, `${i}.png`), await photo(40 * i + (name === 'dog' ? 100 : 0)));
    }
  }
  await mkdir(join(cwd, 'photos/train/empty'));
  await writeFile(join(cwd, 'photos/train/empty/notes.txt'), 'no image');

  const good = await samples(6);
  await mkdir(join(cwd, 'shards'));
  await mkdir(join(cwd, 'torn'));
  await writeFile(join(cwd, 'shards/train-0.tar'), tarOf([['README', 'how it was made'], ...good, ['bare.png', await photo(1)], ['two.png', await photo(2)], ['two.cls', '0'], ['two.jpg', 'another']]));
  await writeFile(join(cwd, 'shards/train-1.tar'), tarOf([...(await samples(2, 6)), good[0], good[1], good[0], ...Array.from({ length: 18 }, (_, i) => [`lone-${i}.cls`, '1'] as const)]));
  await writeFile(join(cwd, 'shards/val.tar'), tarOf(await samples(2)));
  await writeFile(join(cwd, 'torn/train.tar'), tarOf(good).subarray(0, -1024));
  await writeFile(join(cwd, 'torn/val.tar'), tarOf(await samples(2)));
});
afterAll(() => rm(cwd, { recursive: true }));

const train = (data: string, out: string, ...args: string[]) => alexnet(['train', '--data', data, '--batch', '2', '--max-steps', '2', '--workers', '1', '--device', testDevice, '--out', out, '--json', ...args], { cwd });
const warningsOf = (events: readonly Record<string, unknown>[]) => events.flatMap(({ type, code, message }) => (type === 'warning' ? [`${String(code)} ${String(message).replaceAll(/ \S*\/(?=photos|shards)/g, ' ')}`] : []));

describe('a class folder without images', () => {
  const told = 'photos/train/empty: no images in this class.';

  it('is told by train, and passed over', async () => {
    const { exitCode, stderr, events } = await train('folder:photos', 'run');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(events[0]).toMatchObject({ type: 'start', trainImages: 6, testImages: 2 });
    expect(warningsOf(events)).toEqual([`IMAGE_SKIPPED passed over (1 so far): ${told}`]);
  });

  it('is told by data prepare and eval, and passed over', async () => {
    const prepared = await alexnet(['data', 'prepare', 'folder:photos', 'prepared', '--size', '8'], { cwd });
    expect(prepared).toMatchObject({ exitCode: 0, stderr: expect.stringMatching(new RegExp(`^warning: passed over \\(1 so far\\): .*/${told}\\n$`)) as string });
    expect(prepared.stdout).toMatch(/^6 training and 2 test images of /);
    const judged = await alexnet(['eval', '--checkpoint', 'run', '--device', testDevice], { cwd });
    expect(judged).toMatchObject({ exitCode: 0, stderr: expect.stringContaining(told) as string });
  });

  it('is an error under --strict, which leaves nothing behind', async () => {
    for (const strict of [await train('folder:photos', 'strict', '--strict'), await alexnet(['data', 'prepare', 'folder:photos', 'strict', '--size', '8', '--strict'], { cwd })]) {
      expect(strict).toMatchObject({ exitCode: 1, stdout: '' });
      expect(strict.stderr).toMatch(new RegExp(`^error: .*/${told}\\nhelp: .*\\n$`));
    }
    await expect(mkdir(join(cwd, 'strict'))).resolves.toBeUndefined();
  });
});

describe('what makes no example in tar shards', () => {
  it('is counted and named, up to twenty, and passed over', async () => {
    const { exitCode, stderr, events } = await train('wds:shards', 'wds');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(events[0]).toMatchObject({ type: 'start', trainImages: 8, testImages: 2 });
    const warnings = warningsOf(events);
    expect(warnings.slice(0, 4)).toEqual([
      'IMAGE_SKIPPED passed over (1 so far): shards/train-0.tar: "README" is part of no sample, for there is no image beside it.',
      'IMAGE_SKIPPED passed over (2 so far): shards/train-0.tar: sample "bare" has no label.',
      expect.stringMatching(/^IMAGE_SKIPPED passed over \(3 so far\): shards\/train-0\.tar: sample "two" has two images, "two\.png" at byte \d+ and "two\.jpg" at byte \d+\.$/),
      expect.stringMatching(/^IMAGE_SKIPPED passed over \(4 so far\): shards\/train-1\.tar: sample "0" has two images, "0\.png" at byte \d+ and "0\.png" at byte \d+\.$/),
    ]);
    expect(warnings.slice(19)).toEqual(['IMAGE_SKIPPED passed over (20 so far): shards/train-1.tar: sample "lone-15" has a label, but no image.', 'IMAGE_SKIPPED passed over: 22 in all, of which the first 20 are named.']);
  });

  it('is an error under --strict', async () => {
    expect((await train('wds:shards', 'wds-strict', '--strict')).stderr).toMatch(/^error: .*\/shards\/train-0\.tar: "README" is part of no sample, for there is no image beside it\.\n$/);
    const prepared = await alexnet(['data', 'prepare', 'wds:shards', 'wds-prepared', '--size', '8', '--strict'], { cwd });
    expect(prepared).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('"README" is part of no sample') as string });
  });

  it('is not a shard that is torn, which is refused', async () => {
    expect(await train('wds:torn', 'wds-torn')).toMatchObject({ exitCode: 1, stdout: '', stderr: expect.stringMatching(/^error: .*\/torn\/train\.tar: ends at byte \d+ without the empty blocks that end a tar archive/) as string });
  });
});
