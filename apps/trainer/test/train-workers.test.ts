import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RandomStream } from '@convkit/tensor';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { alexnet, type Finished } from './support/cli.js';
import { testDevice } from './support/tiny-data.js';

// Each test starts processes with threads, and machines may be busy.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

let cwd: string;
let whole: Finished;
const common = ['--data', 'folder:photos', '--batch', '3', '--device', testDevice, '--json'];

/** Two classes of eight photographs of noise to learn and four to judge; one of each is torn. */
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'convkit-workers-'));
  for (const [part, count] of [['train', 8], ['val', 4]] as const) {
    for (const label of ['cat', 'dog']) {
      await mkdir(join(cwd, 'photos', part, label), { recursive: true });
      for (let i = 0; i < count; i++) {
        const draws = new RandomStream(i, `${part} ${label}`).at();
        const pixels = Uint8Array.from({ length: 40 * 34 * 3 }, () => draws.integer(256));
        const jpeg = await sharp(pixels, { raw: { width: 40, height: 34, channels: 3 } }).jpeg().toBuffer();
        await writeFile(join(cwd, 'photos', part, label, `${i}.jpg`), i === 2 && label === 'cat' ? jpeg.subarray(0, 700) : jpeg);
      }
    }
  }
  whole = await alexnet(['train', ...common, '--workers', '0', '--max-steps', '7', '--out', 'whole'], { cwd });
});
afterAll(() => rm(cwd, { recursive: true }));

const doneOf = ({ events }: Finished) => events.at(-1) as Record<string, unknown>;
const stepsOf = ({ events }: Finished) => events.filter(({ type }) => type === 'step').map(({ imagesPerSecond: _, dataSeconds: __, ...rest }) => rest);
const skippedOf = ({ events }: Finished) => events.flatMap(({ code, message }) => (code === 'IMAGE_SKIPPED' ? [String(message)] : []));

it('skips what cannot be read, tells it once by name, and judges what is left', () => {
  expect(whole).toMatchObject({ exitCode: 0, stderr: '' });
  expect(whole.events[0]).toMatchObject({ type: 'start', trainImages: 16, testImages: 8, stepsPerEpoch: 5, workers: 0 });
  const messages = skippedOf(whole);
  expect(messages).toHaveLength(2);
  expect(messages[0]).toMatch(/^training image skipped, the next one takes its place \(1 so far\): .*\/photos\/train\/cat\/2\.jpg: no good image: /);
  expect(messages[1]).toMatch(/^test image left out of the evaluation \(1 so far\): .*\/photos\/val\/cat\/2\.jpg: no good image: /);
  for (const event of whole.events.filter(({ type }) => type === 'evaluation')) expect(event.images).toBe(7);
});

it('trains to the same bits with two threads that make the batches, stopped and resumed in mid-epoch', async () => {
  const first = await alexnet(['train', ...common, '--workers', '2', '--max-steps', '3', '--out', 'halves'], { cwd });
  const second = await alexnet(['train', '--resume', 'halves', '--max-steps', '7', '--workers', '1', '--json'], { cwd });
  expect([first.exitCode, first.stderr, second.exitCode, second.stderr]).toEqual([0, '', 0, '']);
  expect([first.events[0].workers, second.events[0].workers]).toEqual([2, 1]);
  expect([...stepsOf(first), ...stepsOf(second)]).toEqual(stepsOf(whole));
  for (const name of ['weightsSha256', 'testLoss']) expect(doneOf(second)[name]).toBe(doneOf(whole)[name]);
  for (const run of [first, second]) expect(skippedOf(run).filter((message) => message.includes('/train/'))).toHaveLength(1);
});

it('does not begin when more images cannot be read than may be skipped', async () => {
  const refused = await alexnet(['train', ...common, '--max-skipped', '0', '--max-steps', '7', '--out', 'refused'], { cwd });
  expect(refused).toMatchObject({ exitCode: 1, stdout: '', stderr: expect.stringMatching(/^error: 1 of 16 training images cannot be read \(6\.25 %\), and 0 may be skipped: \S*cat\/2\.jpg\nhelp: mend or remove them \(.*data inspect .*--max-skipped.*\n$/) as string });
  await expect(mkdir(join(cwd, 'refused'))).resolves.toBeUndefined();
});

it.each([0, 2])('stops and saves when it meets more of them than may be skipped, and goes on when more may be (%i threads)', async (workers) => {
  const out = `limited-${workers}`;
  const resume = (...args: string[]) => alexnet(['train', '--resume', out, '--workers', String(workers), '--json', ...args], { cwd });
  const first = await alexnet(['train', ...common, '--workers', String(workers), '--max-steps', '2', '--out', out], { cwd });
  expect(first.exitCode).toBe(0);
  const stopped = await resume('--max-steps', '7', '--max-skipped', '0');
  expect(stopped).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/^error: 1 of (16 training|8 test) images cannot be read /) as string });
  expect(stopped.events.map(({ type }) => type)).not.toContain('done');
  const { step } = stopped.events.filter(({ type }) => type === 'checkpoint').at(-1) as { step: number };
  expect(stepsOf(stopped).at(-1)?.step).toBe(step);
  // The limit is part of the run.
  const again = await resume('--max-steps', '7');
  expect(again).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/^error: 1 of /) as string });
  const last = await resume('--max-steps', '7', '--max-skipped', '0.5');
  expect(last).toMatchObject({ exitCode: 0, stderr: '' });
  expect([first, stopped, again, last].flatMap(stepsOf)).toEqual(stepsOf(whole));
  expect(doneOf(last).weightsSha256).toBe(doneOf(whole).weightsSha256);
});

it('ends at such an image under --strict', async () => {
  const strict = await alexnet(['train', ...common, '--workers', '1', '--strict', '--max-steps', '7', '--out', 'strict'], { cwd });
  expect(strict.exitCode).toBe(1);
  expect(strict.stderr).toMatch(/^error: .*\/photos\/train\/cat\/2\.jpg: no good image: /);
});
