import { writeFileSync } from 'node:fs';
import { appendFile, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FormatError, RandomStream, type RandomDraws } from '@convkit/tensor';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FileError } from '../src/file-error.js';
import { readRunEvents } from '../src/read-run-events.js';
import type { RunEvent } from '../src/run-events.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'convkit-events-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** One event of each type, as JSON holds it. */
const samples: readonly Record<string, unknown>[] = [
  {
    ...{ type: 'start', run: 'runs/ä', recipe: 'alexnet-mini', model: 'alexnet-mini', changes: ['data.flip: 0.5 -> 0'], data: 'fashion-mnist', device: 'cpu', step: 0, steps: 200, stepsPerEpoch: 100 },
    ...{ batch: 32, seed: 1, parameters: 236_922, trainImages: 60_000, testImages: 10_000, workers: 2 },
  },
  { type: 'step', step: 1, epoch: 0, loss: 2.25, top1: 0.125, top5: 0.5, lr: 0.02, imagesPerSecond: 64.5, dataSeconds: 0.002 },
  { type: 'epoch', step: 100, epoch: 0, loss: 0.6, top1: 0.7, top5: 0.95 },
  { type: 'magnitudes', step: 100, parameters: [{ name: 'conv1.weight', value: 0.012, increment: 4.5e-5 }] },
  { type: 'layers', step: 100, layers: [{ name: 'conv1', kind: 'conv2d', forwardMs: 1.5, backwardMs: 3 }] },
  { type: 'evaluation', step: 100, loss: 0.4, top1: 0.8512, top5: 0.99, images: 10_000 },
  { type: 'mistakes', step: 100, confusion: [[0, 0, 90], [0, 6, 10]], worst: [{ image: 17, label: 0, guess: 6, loss: 9.5 }] },
  { type: 'checkpoint', step: 100, path: 'runs/ä/checkpoints/step-00000100.safetensors' },
  ...[{ type: 'pause' }, { type: 'resume' }, { type: 'checkpoint' }, { type: 'divide-rate', by: 10 }, { type: 'stop' }].map((command) => ({ type: 'command', step: 150, command })),
  { type: 'warning', step: 150, code: 'IMAGE_SKIPPED', message: 'a "bad" image' },
  { type: 'restored', step: 200, from: 100 },
  {
    ...{ type: 'done', reason: 'early-stop', steps: 200, epochs: 2, trainLoss: 0.45, testTop1: null, testTop5: null, testLoss: null, imagesPerSecond: 1204.4, dataSeconds: 0.4 },
    ...{ seconds: 312, device: 'cpu', weightsSha256: '0'.repeat(64), run: 'runs/ä' },
  },
];
const lines = (events: readonly unknown[]) => events.map((event) => `${JSON.stringify(event)}\n`).join('');

async function write(content: string | Uint8Array): Promise<string> {
  const path = join(folder, 'events.jsonl');
  await writeFile(path, content);
  return path;
}

async function readAll(path: string, place?: { byte: number; line: number }): Promise<readonly RunEvent[]> {
  const events: RunEvent[] = [];
  for await (const event of readRunEvents(path, place)) events.push(event);
  return events;
}

const step = (number: number) => ({ ...samples[1], step: number });

describe('readRunEvents', () => {
  it('reads what was written, event by event, whatever the length of the file', async () => {
    const many = Array.from({ length: 2000 }, (_, i) => step(i + 1));
    expect(await readAll(await write(lines([...samples, ...many, ...samples])))).toEqual([...samples, ...many, ...samples]);
  });

  it('takes null for a number that was not finite, and keeps it where nothing was measured', async () => {
    const [diverged, done] = await readAll(await write(lines([{ ...samples[1], loss: NaN }, samples.at(-1)])));
    expect(diverged).toMatchObject({ type: 'step', loss: NaN, top1: 0.125 });
    expect(done).toMatchObject({ type: 'done', testTop1: null });
  });

  it('passes over types and members that it does not know, empty lines and foreign ends of lines', async () => {
    const text = `${JSON.stringify({ type: 'tomorrow', step: 'x' })}\n\n${JSON.stringify({ ...step(1), more: [1] })}\r\n`;
    expect(await readAll(await write(text))).toEqual([step(1)]);
  });

  it('leaves a line without an end, and goes on with it when it is whole', async () => {
    const text = lines([step(1), step(2)]);
    const path = await write(text.slice(0, -20));
    const place = { byte: 0, line: 0 };
    expect(await readAll(path, place)).toEqual([step(1)]);
    expect(place).toEqual({ byte: lines([step(1)]).length, line: 1 });
    expect(await readAll(path, place)).toEqual([]);
    await appendFile(path, text.slice(-20) + lines([step(3)]));
    expect(await readAll(path, place)).toEqual([step(2), step(3)]);
    await truncate(path, 0);
    expect(await readAll(path, place)).toEqual([]);
  });

  it.each([
    ['not JSON', 'hello', 'FILE_LINE', /events\.jsonl: line 2 is no event of a run: it is not JSON in UTF-8/],
    ['not UTF-8', Uint8Array.of(0x22, 0xff, 0x22), 'FILE_LINE', /line 2 .* not JSON in UTF-8/],
    ['no object', '3', 'FILE_LINE', /line 2 .* no type/],
    ['no type', '{"step":1}', 'FILE_LINE', /line 2 .* no type/],
    ['an inherited type', '{"type":"constructor","__proto__":{"step":1}}\n{"type":"step","__proto__":{"step":1}}', 'FILE_LINE', /line 3 .* step: step: /],
    ['a text for a number', '{"type":"restored","step":"1","from":0}', 'FILE_LINE', /line 2 .* restored: step: /],
    ['a number that is none', '{"type":"epoch","step":1,"epoch":0,"loss":1e999,"top1":0,"top5":0}', 'FILE_LINE', /line 2 .* epoch: loss: /],
    ['an unknown command', '{"type":"command","step":1,"command":{"type":"explode"}}', 'FILE_LINE', /line 2 .* command: command\.type: /],
    ['a rate that would grow', '{"type":"command","step":1,"command":{"type":"divide-rate","by":0.5}}', 'FILE_LINE', /line 2 .* command: command\.by: /],
    ['deep nesting', '['.repeat(500_000), 'FILE_LINE', /line 2 .* not JSON/],
    ['more than 1 MB', `"${'x'.repeat(2 ** 20)}"`, 'FILE_LIMIT', /line 2 is longer than 1048576 bytes/],
  ])('refuses %s, after the events before it', async (_, line, code, message) => {
    const path = await write(Buffer.concat([Buffer.from(lines([step(1)])), Buffer.from(line), Buffer.from('\n')]));
    const events: RunEvent[] = [];
    const read = async () => {
      for await (const event of readRunEvents(path)) events.push(event);
    };
    const error: unknown = await read().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(FormatError);
    expect(error).toMatchObject({ code, summary: expect.stringMatching(message) as string });
    expect((error as FormatError).message.length).toBeLessThan(600);
    expect(events).toEqual([step(1)]);
  });

  it('names a file that is not there', async () => {
    const error: unknown = await readAll(join(folder, 'nowhere')).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(FileError);
    expect(error).toMatchObject({ code: 'FILE_MISSING', summary: expect.stringContaining('nowhere: cannot be read') as string });
  });

  it('gives of 10,000 mutated files typed errors or events, without touching a prototype or the memory', { timeout: 600_000 }, async () => {
    const source = Buffer.from(lines(samples));
    const stream = new RandomStream(1, 'mutations');
    const types = new Set(samples.map(({ type }) => type));
    const before = process.memoryUsage().rss;
    const counts = new Map<string, number>();
    const note = (outcome: string) => counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
    const mutated = (draws: RandomDraws): Uint8Array => {
      let bytes = Uint8Array.from(source);
      for (let change = draws.integer(4); change >= 0; change--) {
        const at = draws.integer(bytes.length);
        const kind = draws.integer(5);
        if (kind === 0) bytes[at] = draws.integer(256);
        else if (kind === 1) bytes[at] = '{}[]",:0123456789\\e-. \n'.charCodeAt(draws.integer(24));
        else if (kind === 2) bytes = bytes.slice(0, Math.max(1, at));
        else if (kind === 3) bytes = new Uint8Array(Buffer.concat([bytes.subarray(0, at), bytes.subarray(draws.integer(bytes.length))]));
        else bytes = new Uint8Array(Buffer.from(Buffer.from(bytes).toString().replaceAll(['step', 'type', 'null', 'loss'][draws.integer(4)], ['__proto__', 'constructor', '1e999', '-1'][draws.integer(4)])));
        if (bytes.length === 0) bytes = Uint8Array.of(0);
      }
      return bytes;
    };
    const examine = async (index: number) => {
      const path = join(folder, `mutated-${index % 100}.jsonl`);
      writeFileSync(path, mutated(stream.at(index)));
      try {
        if (!(await readAll(path)).every(({ type }) => types.has(type))) throw new Error(`file ${index} has an unknown event`);
        note('read');
      } catch (error) {
        if (!(error instanceof FormatError)) throw error;
        note(error.summary.replace(/^.*: line \d+ is no event of a run: (it is not JSON|it has no type|\w+).*$/s, '$1'));
      }
    };
    for (let first = 0; first < 10_000; first += 100) await Promise.all(Array.from({ length: 100 }, (_, i) => examine(first + i)));
    expect([...counts.values()].reduce((sum, n) => sum + n, 0)).toBe(10_000);
    // The mutations reach every check, not only the first.
    expect([...counts.keys()]).toEqual(expect.arrayContaining(['read', 'it is not JSON', 'it has no type', 'start', 'step', 'mistakes', 'command', 'done']));
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect(({} as Record<string, unknown>).step).toBeUndefined();
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * 2 ** 20);
  });
});
