import { chmod, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { histogramOf } from '../../../src/readers/tensorboard/histogram.js';
import { histogramValue, scalarValue } from '../../../src/readers/tensorboard/event.js';
import { tensorBoardReader } from '../../../src/readers/tensorboard/tensorboard-reader.js';
import type { RunEvent, StartEvent } from '../../../src/run-events.js';
import { BadEventFile, readEventFile, type ReadEvent } from '../../support/read-event-file.js';

let root: string;
let runs = 0;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'convkit-tensorboard-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const start: StartEvent = {
  ...{ type: 'start', run: 'runs/a', recipe: 'alexnet-mini', model: 'alexnet-mini', changes: [], data: 'fashion-mnist', device: 'cpu', step: 0, steps: 200, stepsPerEpoch: 100 },
  ...{ batch: 32, seed: 1, parameters: 236_922, trainImages: 60_000, testImages: 10_000, workers: 2 },
};
const checkpoint = (step: number): RunEvent => ({ type: 'checkpoint', step, path: `step-${step}` });

/** Lets a reader read events. @returns The bytes of its file. */
async function write(events: readonly RunEvent[]): Promise<Uint8Array> {
  const run = join(root, `run-${runs++}`);
  const reader = tensorBoardReader({ run, warn: (message) => expect.fail(message), weights: () => Promise.resolve([]) });
  for (const event of events) reader.read(event);
  await reader.close();
  const [name, ...more] = await readdir(join(run, 'tensorboard'));
  expect(more).toEqual([]);
  expect(name).toMatch(new RegExp(`^events\\.out\\.tfevents\\.\\d{10}\\.[\\w.-]+\\.${process.pid}\\.0$`));
  return readFile(join(run, 'tensorboard', name));
}

/** All numbers as `step tag -> value`, without the times. */
const numbers = (events: readonly ReadEvent[]) => events.flatMap(({ step, values }) => values.map(({ tag, number }) => [step, tag, number]));

const judged = { loss: fc.float(), top1: fc.float({ min: 0, max: 1, noNaN: true }), top5: fc.float({ min: 0, max: 1, noNaN: true }) };
const steps = fc.oneof(fc.integer({ min: 1, max: 1000 }), fc.maxSafeNat());
const told: fc.Arbitrary<RunEvent> = fc.oneof(
  fc.record({ type: fc.constant('step' as const), step: steps, epoch: fc.nat(), ...judged, lr: fc.float({ noNaN: true }), imagesPerSecond: fc.constantFrom(0.5, 64, 4096), dataSeconds: fc.constantFrom(0, 0.25, 2) }),
  fc.record({ type: fc.constant('epoch' as const), step: steps, epoch: fc.nat(), ...judged }),
  fc.record({ type: fc.constant('evaluation' as const), step: steps, ...judged, images: fc.nat() }),
  fc.record({ type: fc.constant('warning' as const), step: steps, code: fc.string(), message: fc.string() }),
  fc.record({ type: fc.constant('evaluating' as const), step: steps, images: fc.nat(), of: fc.nat() }),
);

/** What TensorBoard should be shown of an event, numbers rounded to 32 bits. */
function expected(event: RunEvent): readonly unknown[] {
  if (event.type !== 'step' && event.type !== 'epoch' && event.type !== 'evaluation') return [];
  const group = { step: 'train', epoch: 'epoch', evaluation: 'test' }[event.type];
  const own = [[`${group}/loss`, event.loss], [`${group}/top-1`, event.top1], [`${group}/top-5`, event.top5]] as const;
  const pace = event.type === 'step' ? ([['run/rate', event.lr], ['run/images-per-second', event.imagesPerSecond], ['run/data-wait', event.dataSeconds / (32 / event.imagesPerSecond)]] as const) : [];
  return [...own, ...pace].map(([tag, value]) => [event.step, tag, Math.fround(value)]);
}

describe('tensorBoardReader', () => {
  it('writes files that a reader made from the description of the format reads to the same numbers', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(told, { maxLength: 30 }), async (events) => {
        const before = Date.now() / 1000;
        const read = readEventFile(await write([start, ...events]));
        expect(read[0]).toMatchObject({ version: 'brain.Event:2', step: 0, values: [] });
        expect(read.slice(1).every(({ version }) => version === undefined)).toBe(true);
        for (const { wallTime } of read) expect(Math.abs(wallTime - before)).toBeLessThan(60);
        expect(numbers(read)).toEqual(events.flatMap(expected));
      }),
      { numRuns: 60 },
    );
  });

  it('leaves a file that can be read up to wherever it is cut, and in which a changed byte is found', async () => {
    const events = Array.from({ length: 8 }, (_, i): RunEvent => ({ type: 'evaluation', step: i + 1, loss: i / 8, top1: 0.5, top5: 1, images: 10 }));
    const bytes = await write([start, ...events]);
    const whole = readEventFile(bytes);
    expect(whole).toHaveLength(9);
    let before = 0;
    for (let length = 0; length <= bytes.length; length++) {
      const read = readEventFile(bytes.subarray(0, length));
      expect(read).toEqual(whole.slice(0, read.length));
      expect(read.length - before).toBeLessThanOrEqual(1);
      before = read.length;
    }
    expect(before).toBe(9);
    for (let at = 0; at < bytes.length; at++) {
      const changed = Uint8Array.from(bytes);
      changed[at] ^= 1 << at % 8;
      expect(() => readEventFile(changed), `byte ${at}`).toThrow(BadEventFile);
    }
  });

  it('writes in pieces, all of it when the run is judged or saved', async () => {
    const run = join(root, 'pieces');
    const reader = tensorBoardReader({ run, warn: (message) => expect.fail(message), weights: () => Promise.resolve([]) });
    const read = async () => numbers(readEventFile(await readFile(join(run, 'tensorboard', (await readdir(join(run, 'tensorboard')))[0])))).length;
    reader.read(start);
    const step = (number: number): RunEvent => ({ type: 'step', step: number, epoch: 0, loss: 1, top1: 0, top5: 0, lr: 0.1, imagesPerSecond: 1, dataSeconds: 0 });
    reader.read(step(1));
    expect(await read()).toBe(0);
    reader.read({ type: 'evaluation', step: 1, loss: 1, top1: 0, top5: 0, images: 1 });
    expect(await read()).toBe(9);
    for (let i = 2; i <= 600; i++) reader.read(step(i));
    expect(await read()).toBeGreaterThan(1000);
    const now = vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 5000);
    reader.read(step(601));
    now.mockRestore();
    expect(await read()).toBe(601 * 6 + 3);
    await reader.close();
  });

  it('shows weights of checkpoints in the background; one that waits gives way to a newer one, the last is always shown', async () => {
    const run = join(root, 'weights');
    const asked: string[] = [];
    const answers: ((values: readonly Uint8Array[]) => void)[] = [];
    const weights = (path: string) => {
      asked.push(path);
      return new Promise<readonly Uint8Array[]>((resolve) => answers.push(resolve));
    };
    const reader = tensorBoardReader({ run, warn: (message) => expect.fail(message), weights });
    for (const event of [start, checkpoint(1), checkpoint(2), checkpoint(3)]) reader.read(event);
    expect(asked).toEqual(['step-1']);
    answers[0]([histogramValue('parameters/w', histogramOf(Float32Array.of(1, 2, 2)))]);
    await vi.waitFor(() => expect(asked).toEqual(['step-1', 'step-3']));
    const closed = reader.close();
    answers[1]([scalarValue('x', 1), scalarValue('y', 2)]);
    await closed;
    const [, first, second] = readEventFile(await readFile(join(run, 'tensorboard', (await readdir(join(run, 'tensorboard')))[0])));
    expect(first).toMatchObject({ step: 1, values: [{ tag: 'parameters/w', histogram: { min: 1, max: 2, num: 3, sum: 5, sumSquares: 9, counts: [0, 1, 0, 2] } }] });
    expect(second).toMatchObject({ step: 3, values: [{ tag: 'x', number: 1 }, { tag: 'y', number: 2 }] });
  });

  it('warns once of checkpoints that cannot be shown, and not at all of those that are gone', async () => {
    const warnings: string[] = [];
    const errors = [Object.assign(new Error('gone'), { code: 'ENOENT' }), new Error('no memory\nat x'), new Error('again')];
    const reader = tensorBoardReader({ run: join(root, 'failing'), warn: (message) => warnings.push(message), weights: () => Promise.reject(errors.shift() ?? new Error()) });
    reader.read(start);
    for (const step of [1, 2, 3]) {
      reader.read(checkpoint(step));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await reader.close();
    expect([warnings, errors]).toEqual([['TensorBoard is not shown the weights of a checkpoint: no memory'], []]);
  });

  it('gives the next file of a second another number', async () => {
    const run = join(root, 'twice');
    const now = vi.spyOn(Date, 'now').mockReturnValue(1_800_000_000_000);
    for (let i = 0; i < 2; i++) await tensorBoardReader({ run, warn: (message) => expect.fail(message) }).close();
    now.mockRestore();
    expect((await readdir(join(run, 'tensorboard'))).map((name) => name.slice(-2)).sort()).toEqual(['.0', '.1']);
  });

  it('warns once when nothing can be written, and the run goes on', async () => {
    const run = join(root, 'blocked');
    await writeFile(run, 'a file where the folder should be');
    await chmod(run, 0o400);
    const warnings: string[] = [];
    const reader = tensorBoardReader({ run, warn: (message) => warnings.push(message), weights: () => Promise.reject(new Error('never asked')) });
    for (const event of [start, checkpoint(1)]) reader.read(event);
    await reader.close();
    expect(warnings).toEqual([expect.stringMatching(/^no files for TensorBoard are written: /)]);
  });
});
