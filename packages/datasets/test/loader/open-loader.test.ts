import { EventEmitter } from 'node:events';
import { MessageChannel, Worker } from 'node:worker_threads';

import { FormatError, OptionError, RandomStream } from '@convkit/tensor';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { batchesOf, openLoader, serveRows, type Loader, type LoaderOptions, type RowSource } from '@convkit/datasets';

const shape = { batchesPerEpoch: 5, batch: 11, rowShape: [3, 2], classes: 4 };
const rowSize = 6;

/** Rows that tell their place, after a wait that is another one for every piece, so that pieces overtake each other. */
function source(change: Partial<RowSource> = {}, waits = new RandomStream(1, 'wait').at()): RowSource {
  return {
    ...shape,
    async rows(epoch, index, first, last, into) {
      await new Promise((resolve) => setTimeout(resolve, waits.integer(4)));
      expect(into).toHaveLength((last - first) * rowSize);
      for (let i = 0; i < into.length; i++) into[i] = epoch + (index * shape.batch + first + i / rowSize) / 64;
      return Array.from({ length: last - first }, (_, i) => (epoch + index + first + i) % shape.classes);
    },
    ...change,
  };
}

/** A worker of this thread: the messages are those of threads, copied and transferred as between threads. */
function localWorker(openRows: Parameters<typeof serveRows>[1]) {
  const { port1, port2 } = new MessageChannel();
  serveRows(port2, openRows);
  const events = new EventEmitter();
  port1.on('message', (message) => events.emit('message', message));
  const worker = {
    on: (event: string, listener: (value: never) => void) => events.on(event, listener as (value: unknown) => void),
    postMessage: (message: unknown, transfer: readonly ArrayBuffer[] = []) => port1.postMessage(message, transfer),
    terminate: async () => {
      port1.close();
      events.emit('exit', 1);
    },
    ref: vi.fn(),
    unref: vi.fn(),
  };
  return { worker, events };
}

let opened: Loader[] = [];
afterEach(async () => {
  vi.unstubAllGlobals();
  await Promise.all(opened.map((loader) => loader.close()));
  opened = [];
});

function open(options: Partial<LoaderOptions> & { readonly rows?: RowSource } = {}): Loader {
  const { rows = source(), ...rest } = options;
  const loader = openLoader({ source: shape, workers: 2, pieceRows: 3, start: () => localWorker(() => rows).worker, ...rest });
  opened.push(loader);
  return loader;
}

const copy = ({ x, targets }: Awaited<ReturnType<Loader['batch']>>) => ({ shape: x.shape, x: x.data.slice(), targets: targets.data.slice() });

/** Batches of so many steps from one on, copied as they come, each asked for while the one before is in use. */
async function run(batches: Pick<Loader, 'batch'>, from: number, count: number) {
  const made: ReturnType<typeof copy>[] = [];
  for (let step = from; step < from + count; step++) made.push(copy(await batches.batch(Math.floor(step / 5), step % 5)));
  return made;
}

describe.each([true, false])('openLoader, memory shared: %s', (shared) => {
  const prepare = () => {
    if (!shared) vi.stubGlobal('SharedArrayBuffer', undefined);
  };

  it.each([1, 2, 4])('gives the batches of the plain source, whoever makes them: %i workers', async (workers) => {
    prepare();
    expect(await run(open({ workers }), 0, 12)).toEqual(await run(batchesOf(source()), 0, 12));
  });

  it.each([1, 8, 11, 100])('in pieces of %i rows', async (pieceRows) => {
    prepare();
    expect(await run(open({ pieceRows }), 3, 4)).toEqual(await run(batchesOf(source()), 3, 4));
  });

  it('begins anywhere, and anew anywhere', async () => {
    prepare();
    const loader = open({ slots: 3 });
    const plain = batchesOf(source());
    for (const [from, count] of [[7, 4], [2, 1], [2, 2], [100, 3], [103, 1], [101, 2], [0, 2]]) expect(await run(loader, from, count)).toEqual(await run(plain, from, count));
  });

  it('begins anew while everything is in the making', async () => {
    prepare();
    const loader = open({ slots: 3 });
    const plain = batchesOf(source());
    for (let step = 0; step < 30; step += 3) {
      const epoch = Math.floor(step / 5);
      const [first, second] = [loader.batch(epoch, step % 5), loader.batch(epoch + 1, step % 5)];
      const given = first.then(copy, (error: unknown) => error);
      expect(copy(await second)).toEqual(copy(await plain.batch(epoch + 1, step % 5)));
      const found = await given;
      if ('code' in (found as object)) expect(found).toMatchObject({ code: 'BATCH_GIVEN_UP' });
      else expect(found).toEqual(copy(await plain.batch(epoch, step % 5)));
    }
  });
});

it('holds no more memory than its ring, and uses it again', async () => {
  const made: number[] = [];
  class Counted extends SharedArrayBuffer {
    constructor(bytes: number) {
      super(bytes);
      made.push(bytes);
    }
  }
  vi.stubGlobal('SharedArrayBuffer', Counted);
  const loader = open({ slots: 4 });
  const seen = new Set<unknown>();
  for (let step = 0; step < 40; step++) seen.add((await loader.batch(Math.floor(step / 5), step % 5)).x.data.buffer);
  expect(made).toEqual(Array(4).fill(4 * 11 * rowSize));
  expect(seen.size).toBe(4);
});

it('works ahead as far as its ring reaches, and no further', async () => {
  const begun = new Set<number>();
  const rows = source({ rows: async (epoch, index, first, last) => (begun.add(5 * epoch + index), Array<number>(last - first).fill(0)) });
  const loader = open({ rows, slots: 5 });
  await loader.batch(0, 0);
  await vi.waitFor(() => expect([...begun]).toEqual([0, 1, 2, 3, 4]));
  await loader.batch(0, 1);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect([...begun]).toEqual([0, 1, 2, 3, 4]);
  await loader.batch(0, 2);
  await vi.waitFor(() => expect([...begun]).toEqual([0, 1, 2, 3, 4, 5]));
});

it('leaves a batch as it is until the next but one is asked for', async () => {
  const loader = open({ slots: 3 });
  const first = await loader.batch(0, 0);
  const before = copy(first);
  expect(await loader.batch(0, 0)).toBe(first);
  await loader.batch(0, 1);
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(copy(first)).toEqual(before);
});

describe('errors', () => {
  const corrupt = new FormatError({ code: 'FILE_CORRUPT', message: '7.jpg: no good image.', values: { offset: '12' }, help: 'get it again.' });

  it('of an image reach the batch that needs it, typed, and no other', async () => {
    const good = source();
    const rows = source({ rows: async (epoch, index, first, last, into) => (index === 2 && first === 6 ? Promise.reject(corrupt) : good.rows(epoch, index, first, last, into)) });
    for (const workers of [1, 3]) {
      const loader = open({ rows, workers });
      for (const index of [0, 1]) await loader.batch(0, index);
      const error: unknown = await loader.batch(0, 2).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(FormatError);
      expect(error).toMatchObject({ name: 'FormatError', code: 'FILE_CORRUPT', summary: corrupt.summary, help: corrupt.help, message: corrupt.message, stack: corrupt.stack });
      expect(copy(await loader.batch(0, 3))).toEqual(copy(await batchesOf(good).batch(0, 3)));
    }
  });

  it('of a source that cannot be opened reach every batch', async () => {
    const loader = open({ start: () => localWorker(() => Promise.reject(corrupt)).worker });
    for (const index of [0, 1, 2]) await expect(loader.batch(0, index)).rejects.toMatchObject({ name: 'FormatError', code: 'FILE_CORRUPT' });
  });

  it('that nobody of this family threw keep their message', async () => {
    const loader = open({ rows: source({ rows: () => Promise.reject(new RangeError('out of range')) }) });
    await expect(loader.batch(0, 0)).rejects.toThrow('out of range');
  });

  it('of labels that are no class are those of oneHot', async () => {
    const loader = open({ rows: source({ rows: async (_epoch, _index, first, last) => Array<number>(last - first).fill(4) }) });
    await expect(loader.batch(0, 0)).rejects.toMatchObject({ name: 'OptionError', code: 'OPTION_INVALID' });
  });

  it('of a worker that dies reach what is not there yet', async () => {
    const workers: ReturnType<typeof localWorker>[] = [];
    const never = source({ rows: (epoch, index, first, last, into) => (index < 2 ? source().rows(epoch, index, first, last, into) : new Promise(() => undefined)) });
    const loader = open({
      start: () => {
        workers.push(localWorker(() => never));
        return workers[workers.length - 1].worker;
      },
    });
    await loader.batch(0, 0);
    await loader.batch(0, 1);
    const waiting = loader.batch(0, 2);
    workers[1].events.emit('error', new Error('out of memory'));
    await expect(waiting).rejects.toMatchObject({ name: 'ConvkitError', code: 'WORKER_DIED', summary: 'loader: a worker died: out of memory' });
    await expect(loader.batch(0, 3)).rejects.toMatchObject({ code: 'WORKER_DIED' });
  });

  it('say what cannot be asked for', async () => {
    const loader = open();
    for (const [epoch, index] of [[-1, 0], [0, 5], [0, 0.5], [NaN, 0]]) await expect(loader.batch(epoch, index)).rejects.toBeInstanceOf(OptionError);
    for (const wrong of [{ workers: 0 }, { workers: 1.5 }, { slots: 2 }, { pieceRows: 0 }]) expect(() => open(wrong)).toThrow(/^openLoader: \w+ is [\d.]+, but must be a whole number of at least \d/);
  });

  it('tell who asks too far ahead', async () => {
    const loader = open({ rows: source({ rows: () => new Promise(() => undefined) }) });
    const [first] = [0, 1, 2].map((index) => loader.batch(0, index).catch((thrown: unknown) => thrown));
    expect(await first).toMatchObject({ code: 'BATCH_GIVEN_UP' });
  });
});

it('passes on what workers tell, and the description to them', async () => {
  const told: unknown[] = [];
  const start = () =>
    localWorker((description, tell) => {
      tell({ got: description });
      return source();
    }).worker;
  const loader = open({ start, workers: 3, description: { path: 'photos' }, onTold: (message) => told.push(message) });
  await loader.batch(0, 0);
  await vi.waitFor(() => expect(told).toEqual(Array(3).fill({ got: { path: 'photos' } })));
});

it('holds Node only while somebody waits for a batch', async () => {
  const { worker } = localWorker(() => source());
  const loader = open({ workers: 1, start: () => worker });
  expect([worker.ref.mock.calls.length, worker.unref.mock.calls.length]).toEqual([0, 1]);
  const waiting = loader.batch(0, 0);
  expect(worker.ref).toHaveBeenCalled();
  await waiting;
  expect(worker.unref.mock.invocationCallOrder.at(-1)).toBeGreaterThan(worker.ref.mock.invocationCallOrder.at(-1) as number);
});

it('ends its workers, and what still waits for them', async () => {
  const loader = open({ rows: source({ rows: () => new Promise(() => undefined) }) });
  const waiting = loader.batch(0, 0).catch((thrown: unknown) => thrown);
  await loader.close();
  expect(await waiting).toMatchObject({ code: 'LOADER_CLOSED' });
  await expect(loader.batch(0, 1)).rejects.toMatchObject({ code: 'LOADER_CLOSED' });
});

describe('with threads', () => {
  /** A script that answers as serveRows does; what it lacks is the source, which only an application can bundle. */
  const thread = (script: string): Worker => new Worker(script, { eval: true });
  const answering = `
    const { parentPort } = require('node:worker_threads');
    parentPort.on('message', ({ type, id, epoch, first, last, into }) => {
      if (type === 'rows') parentPort.postMessage({ type, id, made: Array.from(into.fill(epoch + first), () => 1).slice(0, last - first) });
    });`;

  it('has them write into shared memory, and ends them', async () => {
    const exits: Promise<unknown>[] = [];
    const start = () => {
      const worker = thread(answering);
      exits.push(new Promise((resolve) => worker.on('exit', resolve)));
      return worker;
    };
    const loader = open({ start, pieceRows: 4 });
    for (const epoch of [3, 4]) {
      const { x, targets } = await loader.batch(epoch, 0);
      expect([...x.data]).toEqual(Array.from({ length: 11 * rowSize }, (_, i) => epoch + 4 * Math.floor(i / rowSize / 4)));
      expect([...targets.data.subarray(0, 4)]).toEqual([0, 1, 0, 0]);
    }
    await loader.close();
    expect(await Promise.all(exits)).toHaveLength(2);
  });

  it('tells what they die of', async () => {
    const dying = open({ start: () => thread(`require('node:worker_threads').parentPort.on('message', () => { throw new Error('all is lost'); });`) });
    await expect(dying.batch(0, 0)).rejects.toMatchObject({ code: 'WORKER_DIED', summary: 'loader: a worker died: all is lost' });
    const leaving = open({ start: () => thread(`process.exit(3);`) });
    await expect(leaving.batch(0, 0)).rejects.toMatchObject({ code: 'WORKER_DIED', summary: 'loader: a worker died: it ended with code 3' });
  });
});
