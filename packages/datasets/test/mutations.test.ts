import { gzipSync } from 'node:zlib';

import fc from 'fast-check';
import { packTar } from 'modern-tar';
import { expect, it } from 'vitest';

import { FormatError } from '@convkit/tensor';

import { cifar10Archive, idxDataset, type Dataset } from '@convkit/datasets';

type Mutation = (bytes: number[]) => void;

/** A place near the beginning, where headers are, as often as anywhere. */
const place = fc.oneof(fc.nat(40), fc.nat(600), fc.nat());
const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(place, fc.integer({ min: 0, max: 255 })).map(([at, value]): Mutation => (bytes) => void (bytes[at % bytes.length] = value)) },
  fc.tuple(place, fc.nat(7)).map(([at, bit]): Mutation => (bytes) => void (bytes[at % bytes.length] ^= 1 << bit)),
  place.map((at): Mutation => (bytes) => void (bytes.length = 1 + (at % bytes.length))),
  fc.tuple(place, fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 40 })).map(([at, more]): Mutation => (bytes) => void bytes.splice(at % bytes.length, 0, ...more)),
  fc.tuple(place, fc.nat(600)).map(([at, count]): Mutation => (bytes) => void (bytes.length > count + 1 && bytes.splice(at % bytes.length, count))),
);

/** Either a FormatError, or a data set that keeps its promises. */
async function examine(work: Promise<readonly Dataset[]>): Promise<'refused' | 'read'> {
  let sets: readonly Dataset[];
  try {
    sets = await work;
  } catch (error) {
    if (!(error instanceof FormatError) || !error.code.startsWith('FILE_')) throw error;
    return 'refused';
  }
  for (const { length, classes, width, height, channels, item } of sets) {
    for (const index of [0, length >> 1, length - 1]) {
      const { image, label } = await item(index);
      if (!(label in classes)) throw new Error(`label ${label} of ${classes.length}`);
      if (image.width !== width || image.height !== height || image.channels !== channels) throw new Error('another size');
      if (image.data.length !== image.width * image.height * channels || image.data.length === 0) throw new Error('another length');
    }
  }
  return 'read';
}

function mutate(bytes: Uint8Array, mutations: readonly Mutation[]): Uint8Array {
  const changed = [...bytes];
  for (const change of mutations) change(changed);
  return Uint8Array.from(changed);
}

async function tryAll(runs: number, open: (mutations: Mutation[], zipped: number) => Promise<readonly Dataset[]>): Promise<Record<'refused' | 'read', number>> {
  const prototype = Object.getOwnPropertyNames(Object.prototype).join();
  const outcomes = { refused: 0, read: 0 };
  await fc.assert(
    fc.asyncProperty(fc.array(mutation, { minLength: 1, maxLength: 4 }), fc.nat(3), async (mutations, zipped) => {
      outcomes[await examine(open(mutations, zipped))]++;
    }),
    { numRuns: runs, seed: 2012 },
  );
  expect(Object.getOwnPropertyNames(Object.prototype).join()).toBe(prototype);
  return outcomes;
}

it('refuses or reads 7,000 mutated IDX pairs, never anything else', async () => {
  const images = Uint8Array.from([0, 0, 8, 3, 0, 0, 0, 4, 0, 0, 0, 3, 0, 0, 0, 2, ...Array.from({ length: 24 }, (_, i) => i)]);
  const labels = Uint8Array.from([0, 0, 8, 1, 0, 0, 0, 4, 0, 1, 2, 1]);
  const outcomes = await tryAll(7000, async (mutations, zipped) => {
    // Changed before compression, after it, or not compressed at all.
    const change = (bytes: Uint8Array) => (zipped === 0 ? mutate(gzipSync(bytes), mutations) : zipped === 1 ? gzipSync(mutate(bytes, mutations)) : mutate(bytes, mutations));
    const pair = zipped === 3 ? [images, change(labels)] : [change(images), labels];
    return [
      await idxDataset({ name: 'm', split: 'train', images: { name: 'i', bytes: pair[0] }, labels: { name: 'l', bytes: pair[1] }, classes: ['a', 'b', 'c'], maxBytes: 1e6 }),
    ];
  });
  expect(outcomes.refused).toBeGreaterThan(3000);
  expect(outcomes.read).toBeGreaterThan(500);
});

it('refuses or reads 3,000 mutated archives, also with checksums made good, never anything else', async () => {
  const record = (label: number) => Uint8Array.from({ length: 3073 }, (_, i) => (i === 0 ? label : i % 256));
  const file = (name: string, body: Uint8Array) => ({ header: { name, size: body.length, type: 'file' as const, mtime: new Date(0), pax: { comment: 'x', ['__proto__']: 'y', 'constructor.prototype.z': '1' } }, body });
  const tar = await packTar([file('a/data_batch_1.bin', record(1)), file('a/test_batch.bin', record(2)), file('a/batches.meta.txt', new TextEncoder().encode('a\nb\nc\n'))]);
  const headers = Array.from({ length: tar.length / 512 }, (_, i) => i * 512).filter((at) => new TextDecoder().decode(tar.subarray(at + 257, at + 262)) === 'ustar');
  expect(headers.length).toBe(6);
  const outcomes = await tryAll(3000, async (mutations, zipped) => {
    let bytes = mutate(tar, mutations);
    if (zipped > 0) bytes = withChecksums(bytes, headers);
    if (zipped === 2) bytes = gzipSync(bytes);
    const { train, test } = await cifar10Archive({ name: 'm.tar', bytes }, { maxBytes: 1e6 });
    return [train, test];
  });
  expect(outcomes.refused).toBeGreaterThan(1000);
  expect(outcomes.read).toBeGreaterThan(200);
});

function withChecksums(tar: Uint8Array, headers: readonly number[]): Uint8Array {
  const fixed = tar.slice();
  for (const at of headers) {
    const block = fixed.subarray(at, at + 512);
    if (block.length < 512) continue;
    block.fill(32, 148, 156);
    const sum = block.reduce((total, byte) => total + byte, 0);
    block.set(new TextEncoder().encode(`${sum.toString(8).padStart(6, '0')}\0 `), 148);
  }
  return fixed;
}
