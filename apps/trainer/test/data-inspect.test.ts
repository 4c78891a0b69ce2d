import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { alexnet } from './support/cli.js';
import { writeTinyCifar } from './support/tiny-data.js';

// Each test starts processes, and machines may be busy.
vi.setConfig({ testTimeout: 120_000 });

let cwd: string;
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'convkit-inspect-'));
  await writeTinyCifar(join(cwd, 'tiny'), 40, 20);
});
afterAll(() => rm(cwd, { recursive: true }));

const inspect = (...args: string[]) => alexnet(['data', 'inspect', ...args], { cwd });

it('data inspect draws a batch as the network is shown it, and tells what was drawn', async () => {
  const args = ['cifar10:tiny', '--recipe', 'cifar-11pct', '--images', '8', '--epoch', '3', '--batch', '1'];
  const { events, stderr, exitCode } = await inspect(...args, '--out', 'sheet.png', '--draws', 'draws.json', '--json');
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
  expect(events[0]).toMatchObject({ type: 'done', recipe: 'cifar-11pct', train: 40, test: 20, classes: 10, findings: [], counts: { train: new Array(10).fill(4), test: new Array(10).fill(2) } });
  const { width, height, channels } = await sharp(join(cwd, 'sheet.png')).metadata();
  // Crops of 24 pixels, five times as large, over a line of text.
  expect([width, height, channels]).toEqual([8 + 8 * 128, 8 + 120 + 18 + 8, 3]);
  const told = JSON.parse(await readFile(join(cwd, 'draws.json'), 'utf8')) as { rows: readonly { item: number; label: number; class: string; name: string; drawn: readonly { transform: string; value: object }[] }[] };
  expect(told.rows).toHaveLength(8);
  for (const { item, label, drawn } of told.rows) {
    expect(label).toBe(item % 10);
    expect(drawn.map(({ transform }) => transform)).toEqual(['randomCrop', 'randomFlip']);
    expect(drawn[0].value).toMatchObject({ height: 24, width: 24 });
  }
  const picture = await readFile(join(cwd, 'sheet.png'));
  const again = await inspect(...args, '--out', 'sheet.png');
  expect([again.exitCode, again.stderr]).toEqual([1, expect.stringContaining('sheet.png: is there already')]);
  await inspect(...args, '--out', 'same.png', '--no-audit');
  expect((await readFile(join(cwd, 'same.png'))).equals(picture)).toBe(true);
});

it('data inspect names what is wrong, and refuses a batch that is not there', async () => {
  await writeTinyCifar(join(cwd, 'leak'), 40, 20);
  const [train, test] = [join(cwd, 'leak/data_batch_1.bin'), join(cwd, 'leak/test_batch.bin')];
  const records = await readFile(train);
  await writeFile(test, Buffer.concat([await readFile(test), records.subarray(2 * 3073, 3 * 3073)]));
  const { stdout, exitCode } = await inspect('cifar10:leak', '--recipe', 'cifar-18pct');
  expect(exitCode).toBe(0);
  expect(stdout).toContain('40 training and 21 test images of 10 classes');
  expect(stdout).toMatch(/\n1 image of the test part is among the training images: cifar10\/test 20 is cifar10\/train 2\.\n$/);
  expect((await inspect('cifar10:tiny', '--recipe', 'cifar-18pct', '--batch', '7', '--out', 'none.png')).stderr).toContain('--batch 7, but an epoch has 1 batches of 32 images, counted from 0.');
});

it('data inspect shows a data set with files that cannot be read, and names them', async () => {
  for (const [part, count] of [['train', 5], ['val', 2]] as const) {
    for (const [label, name] of ['cat', 'dog'].entries()) {
      await mkdir(join(cwd, 'photos', part, name), { recursive: true });
      for (let i = 0; i < count; i++) {
        const pixels = Buffer.alloc(40 * 30 * 3, 90 * label + 10 * i + (part === 'val' ? 5 : 0));
        await sharp(pixels, { raw: { width: 40, height: 30, channels: 3 } }).png().toFile(join(cwd, 'photos', part, name, `${i}.png`));
      }
    }
  }
  await writeFile(join(cwd, 'photos/train/cat/2.png'), 'no picture');
  const { events, stderr, exitCode } = await inspect('folder:photos', '--recipe', 'cifar-18pct', '--images', '10', '--out', 'photos.png', '--json');
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
  expect(events[0].findings).toEqual([expect.stringMatching(/^1 image cannot be read: .*train\/cat\/2\.png: /)]);
  const names = (events[0].rows as readonly { name: string; class: string }[]).filter(({ name }) => name.includes('/cat/2.png'));
  expect(names).toMatchObject([{ name: expect.stringContaining('the next that can is in its place') as string, class: 'cat' }]);
  const quick = await inspect('folder:photos', '--recipe', 'cifar-18pct', '--images', '10', '--out', 'quick.png', '--no-audit');
  expect(quick.stderr).toMatch(/^warning: .*cat\/2\.png: no good image/);
});
