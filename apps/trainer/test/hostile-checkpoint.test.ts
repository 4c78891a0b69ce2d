import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { buildNetwork, findRecipe, inputShape } from '@convkit/alexnet';
import { readSafetensors, writeSafetensors } from '@convkit/model-io';
import { FormatError, RandomStream, sha256, type RandomDraws, type Tensor } from '@convkit/tensor';
import { encodeCheckpoint } from '@convkit/training';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { loadCheckpoint } from '../src/load-checkpoint.js';
import type { RunDescription } from '../src/run-description.js';

// Machines may be busy.
vi.setConfig({ testTimeout: 900_000 });

/** How many files are mutated; CONVKIT_MUTATIONS=10000 takes five times as long. */
const mutations = Number(process.env.CONVKIT_MUTATIONS ?? 2000);

let folder: string;
/** A good checkpoint of a network of two layers, small so that most of its bytes say something. */
let good: Uint8Array;
let state: string;
let tensors: ReadonlyMap<string, Tensor>;

const format = { size: 4, channels: 1, classes: 3 };
const mini = findRecipe('alexnet-mini');
const recipe = {
  ...mini,
  network: {
    name: 'two-layers',
    columns: 'together' as const,
    order: ['conv1', 'fc2'],
    layers: {
      conv1: { type: 'conv2d' as const, outputs: 2, kernelSize: 3, initialWeight: 0.1, initialBias: 0 },
      fc2: { type: 'dense' as const, outputs: 'classes' as const, initialWeight: 0.1, initialBias: 0 },
    },
  },
  data: { ...mini.data, sizes: [4, 4] as const, crop: { border: 0 } },
};
const description: RunDescription = {
  recipe,
  changes: [{ path: 'training.batch', from: 32, to: 2 }],
  data: 'idx:/nowhere',
  dataset: { name: 'idx', trainImages: 8, testImages: 6 },
  classes: ['0', '1', '2'],
  format,
  statistics: { mean: [0.5], deviation: [0.25], meanImage: { width: 4, height: 4, channels: 1, float32: Buffer.alloc(64).toString('base64') } },
  seed: 1,
  device: 'cpu',
  created: '2026-11-24T09:31:07.000Z',
  versions: { '@convkit/training': '0.1.0' },
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'convkit-hostile-'));
  const parameters = buildNetwork(recipe.network, format).initialise([1, ...inputShape(recipe, format)], 1);
  good = await encodeCheckpoint({
    about: { ...description },
    progress: { step: 12, epoch: 3, batch: 0, seed: 1, sums: { loss: 1, top1: 3, top5: 8, images: 8 }, evaluations: [{ step: 8, epoch: 2, loss: 0.5, top1: 0.5 }], divisions: [{ step: 9, by: 10 }] },
    parameters,
    optimiserState: parameters,
  });
  const read = readSafetensors(good);
  tensors = read.tensors;
  state = read.metadata.get('state') as string;
});
afterAll(() => rm(folder, { recursive: true }));

/** The digits of the checksum stand at one place in every file. */
const digestStart = 8 + '{"__metadata__":{"sha256":"'.length;
const digestEnd = digestStart + 64;

it('the checkpoint they are made of is good', async () => {
  expect(await read(good)).toBeUndefined();
  expect(await read(await withState(state))).toBeUndefined();
});

/** With the checksum that belongs to the bytes. */
async function sealed(bytes: Uint8Array): Promise<Uint8Array> {
  const file = bytes.slice();
  if (file.length >= digestEnd) file.set(new TextEncoder().encode(await sha256(file.subarray(digestEnd))), digestStart);
  return file;
}

function withState(text: string): Promise<Uint8Array> {
  return sealed(writeSafetensors(tensors, new Map([['sha256', '0'.repeat(64)], ['state', text]])));
}

/** What `alexnet` does first with a checkpoint that it is given. @returns The error, if there is one. */
async function read(bytes: Uint8Array): Promise<unknown> {
  const path = join(folder, 'step-00000012.safetensors');
  await writeFile(path, bytes);
  try {
    expect((await loadCheckpoint(path)).description.classes).not.toHaveLength(0);
    return undefined;
  } catch (error) {
    return error;
  }
}

/** Some bytes are others, doubled, lost or cut off. */
function mangled(bytes: Uint8Array, draws: RandomDraws): Uint8Array {
  let file = bytes.slice();
  const headerEnd = 8 + new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  for (let change = draws.integer(3); change >= 0; change--) {
    const at = Math.min(draws.uniform() < 0.8 ? 8 + draws.integer(headerEnd - 8) : draws.integer(bytes.length), file.length - 1);
    const kind = draws.integer(4);
    if (kind === 0) file[at] = draws.integer(256);
    else if (kind === 1) file[at] = '{}[]",:0123456789\\ '.charCodeAt(draws.integer(19));
    else if (kind === 2) file = file.slice(0, Math.max(1, at));
    else file = new Uint8Array(Buffer.concat([file.subarray(0, at), file.subarray(draws.integer(file.length))]));
  }
  return file;
}

/** With the length of the header and the checksum made right again, as far as there is a header. */
async function resealed(bytes: Uint8Array): Promise<Uint8Array> {
  const file = bytes.slice();
  const close = file.lastIndexOf('}'.charCodeAt(0));
  if (close >= 8) new DataView(file.buffer).setBigUint64(0, BigInt(close + 1 - 8), true);
  return sealed(file);
}

const values: readonly unknown[] = [
  ...[null, true, -1, 0, 1.5, 2 ** 31, 2 ** 53, 1e308, -1e308, '', 'classes', '__proto__', 'constructor', 'x'.repeat(100_000), '\u0000', '\ud800', '../../etc/passwd'],
  ...[[], [[]], new Array(10_000).fill(0), {}, { type: 'dense' }, { length: 2 ** 32 - 1 }, { toString: 1 }],
];

/** An entry somewhere in the state is another value, gone, doubled, or called `__proto__`. */
function changedState(draws: RandomDraws): string {
  const root = JSON.parse(state) as Record<string, unknown>;
  for (let change = draws.integer(2); change >= 0; change--) {
    const places: { owner: Record<string, unknown>; key: string }[] = [];
    const collect = (owner: Record<string, unknown>) => {
      for (const key of Object.keys(owner)) {
        places.push({ owner, key });
        if (typeof owner[key] === 'object' && owner[key] !== null) collect(owner[key] as Record<string, unknown>);
      }
    };
    collect(root);
    const { owner, key } = places[draws.integer(places.length)];
    const kind = draws.integer(8);
    if (kind === 0) delete owner[key];
    else if (kind === 1) Object.defineProperty(owner, '__proto__', { value: { polluted: true }, enumerable: true, configurable: true, writable: true });
    else if (kind === 2) Object.defineProperty(owner, 'constructor', { value: { prototype: { polluted: true } }, enumerable: true, configurable: true, writable: true });
    else if (kind === 3) owner[`${key}2`] = owner[key];
    else owner[key] = values[draws.integer(values.length)];
  }
  return JSON.stringify(root);
}

/** Once everything that nobody needs is gone. */
function memory(): NodeJS.MemoryUsage {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage();
}

it(`${mutations} mutated checkpoints are each refused with a typed error or loaded, and leave nothing behind`, async () => {
  const stream = new RandomStream(1, 'hostile');
  const counts = { loaded: 0, refused: new Map<string, number>() };
  const before = memory();
  const { user } = process.cpuUsage();
  for (let i = 0; i < mutations; i++) {
    const draws = stream.at(i);
    // Half with a checksum that fits, so that the deep checks are reached: of those most are whole files whose state says something else.
    const file = i % 2 === 0 ? mangled(good, draws) : i % 8 === 1 ? await resealed(mangled(good, draws)) : await withState(changedState(draws));
    const error = await read(file);
    if (error === undefined) counts.loaded++;
    else if (error instanceof FormatError) counts.refused.set(error.code, (counts.refused.get(error.code) ?? 0) + 1);
    else throw new Error(`file ${i} was refused without a type`, { cause: error });
  }
  const after = memory();
  const rss = (after.rss - before.rss) / 2 ** 20;
  const heap = (after.heapUsed - before.heapUsed) / 2 ** 20;
  const refused = [...counts.refused.values()].reduce((sum, n) => sum + n, 0);
  console.log(
    `${refused} refused (${[...counts.refused].map(([code, n]) => `${code} ${n}`).join(', ')}), ${counts.loaded} loaded; the process grew by ${rss.toFixed(1)} MB, of which ${heap.toFixed(1)} MB are in use; ${((process.cpuUsage().user - user) / 1e6).toFixed(1)} s of a core`,
  );
  expect(refused + counts.loaded).toBe(mutations);
  expect(counts.loaded).toBeGreaterThan(0);
  // The mutations reach every kind of check, the deep ones most of all.
  expect([...counts.refused.keys()]).toEqual(expect.arrayContaining(['FILE_CHECKSUM', 'FILE_DUPLICATE', 'FILE_HEADER', 'FILE_LAYOUT', 'FILE_STATE', 'FILE_TRUNCATED']));
  expect(counts.refused.get('FILE_STATE')).toBeGreaterThan(mutations / 5);
  // Nearly all of it is room that the collector keeps; files of 100 kB of text make much garbage.
  expect(rss).toBeLessThan(256);
  expect(heap).toBeLessThan(16);
  expect(Object.getOwnPropertyNames(Object.prototype).sort()).toEqual(namesBefore);
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});

const namesBefore = Object.getOwnPropertyNames(Object.prototype).sort();

/** The state with one text put in the place of another. */
const replaced = (from: string, to: string): string => {
  expect(state).toContain(from);
  return state.replace(from, () => to);
};
const deep = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;

const seeds: readonly [string, () => string][] = [
  ['a state 200,000 lists deep', () => deep(200_000)],
  ['a change 5,000 lists deep', () => replaced('"from":32', `"from":${deep(5000)}`)],
  ['a change 200,000 lists deep', () => replaced('"from":32', `"from":${deep(200_000)}`)],
  ['the source of an entry 200,000 lists deep', () => replaced('"sources":{', `"sources":{"x":${deep(200_000)},`)],
  ['a layer with 2^53 - 1 outputs', () => replaced('"outputs":2', '"outputs":9007199254740991')],
  ['a filter of 10^9', () => replaced('"kernelSize":3', '"kernelSize":1000000000')],
  ['images of 10^9', () => replaced('"format":{"size":4', '"format":{"size":1000000000')],
  ['10^15 classes', () => replaced('"channels":1,"classes":3}', '"channels":1,"classes":1000000000000000}')],
  ['a mean image of another size', () => replaced('"meanImage":{"width":4', '"meanImage":{"width":400000')],
  ['a layer called __proto__', () => replaced('"order":["conv1"', '"order":["__proto__"')],
  ['a layer called constructor', () => replaced('"order":["conv1"', '"order":["constructor"')],
  ['200,000 layers', () => replaced('"order":["conv1"', `"order":[${'"conv1",'.repeat(200_000)}"conv1"`)],
  ['a type called __proto__', () => replaced('"type":"conv2d"', '"type":"__proto__"')],
];

it.each(seeds)('%s is refused', async (_, make) => {
  const before = process.memoryUsage().rss;
  const error = await read(await withState(make()));
  expect(error).toBeInstanceOf(FormatError);
  expect(error).toMatchObject({ code: 'FILE_STATE' });
  expect(process.memoryUsage().rss - before).toBeLessThan(256 * 2 ** 20);
});

it('what it is about, 200,000 lists deep where nobody reads, is passed over', async () => {
  expect(await read(await withState(replaced('"about":{', `"about":{"more":${deep(200_000)},`)))).toBeUndefined();
});
