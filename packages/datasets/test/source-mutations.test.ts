import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { gzipSync } from 'node:zlib';

import fc from 'fast-check';
import { packTar } from 'modern-tar';
import { afterAll, expect, it } from 'vitest';

import { FormatError } from '@convkit/tensor';

import { cifar100Archive, openIlsvrc, openImageFolder, tarFolder, webDataset, type Dataset } from '@convkit/datasets';
import { joined, paxRecord, tarEntry, withChecksum } from './support/tar.js';

const root = await mkdtemp(`${tmpdir()}/convkit-mutations-`);
afterAll(() => rm(root, { recursive: true }));

/** One red pixel. */
const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC', 'base64');

type Mutation = (bytes: number[]) => void;

const place = fc.oneof(fc.nat(600), fc.nat());
const byte = fc.oneof(fc.constantFrom(...new TextEncoder().encode('\x00\n\r\t ,019-xLn')), fc.integer({ min: 0, max: 255 }));
const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(place, byte).map(([at, value]): Mutation => (bytes) => void (bytes[at % bytes.length] = value)) },
  place.map((at): Mutation => (bytes) => void (bytes.length = 1 + (at % bytes.length))),
  fc.tuple(place, fc.array(byte, { maxLength: 40 })).map(([at, more]): Mutation => (bytes) => void bytes.splice(at % bytes.length, 0, ...more)),
  fc.tuple(place, fc.nat(600)).map(([at, count]): Mutation => (bytes) => void (bytes.length > count + 1 && bytes.splice(at % bytes.length, count))),
);

function mutate(bytes: Uint8Array, mutations: readonly Mutation[]): Uint8Array {
  const changed = [...bytes];
  for (const change of mutations) change(changed);
  return Uint8Array.from(changed);
}

/** Either a FormatError, or a data set whose labels have classes and whose examples can be asked for. */
async function examine(work: Promise<readonly Dataset[]>): Promise<'refused' | 'read'> {
  try {
    for (const { length, classes, item, nameOf } of await work) {
      if (new Set(classes).size !== classes.length) throw new Error(`classes ${classes.join()}`);
      for (const index of [0, length - 1]) {
        if (nameOf(index) === '') throw new Error('no name');
        if (!((await item(index)).label in classes)) throw new Error('no class');
      }
    }
    return 'read';
  } catch (error) {
    if (error instanceof FormatError && error.code.startsWith('FILE_')) return 'refused';
    throw error;
  }
}

async function tryAll(runs: number, open: (mutations: Mutation[], choice: number) => Promise<readonly Dataset[]>): Promise<Record<'refused' | 'read', number>> {
  const outcomes = { refused: 0, read: 0 };
  const inputs = fc.asyncProperty(fc.array(mutation, { minLength: 1, maxLength: 3 }), fc.nat(7), async (mutations, choice) => {
    outcomes[await examine(open(mutations, choice))]++;
  });
  await fc.assert(inputs, { numRuns: runs, seed: 2012 });
  return outcomes;
}

/** With all checksums made good where a header still begins at its place. */
function checksummed(tar: Uint8Array): Uint8Array {
  const fixed = tar.slice();
  for (let at = 0; at + 512 <= fixed.length; at += 512) if (new TextDecoder().decode(fixed.subarray(at + 257, at + 262)) === 'ustar') withChecksum(fixed.subarray(at, at + 512));
  return fixed;
}

it('refuses or reads 300 mutated shards, also with checksums made good', async () => {
  const decode = (bytes: Uint8Array) => Promise.resolve({ width: bytes.length, height: 1, channels: 1, data: bytes });
  const good = joined(
    tarEntry({ name: 'long', kind: 'L' }, `${'deep/'.repeat(30)}0.jpg\x00`),
    tarEntry('cut', new Uint8Array(700)),
    tarEntry({ name: 'pax', kind: 'x' }, paxRecord('path', `${'deep/'.repeat(30)}0.cls`) + paxRecord('size', '1')),
    tarEntry('cut', '2'),
    await packTar([['a.png', 'x'], ['a.json', '{"label":0}'], ['b.webp', ''], ['b.cls', '3']].map(([name, body]) => ({ header: { name, size: body.length, type: 'file' as const, mtime: new Date(0) }, body }))),
  );
  const open = async (bytes: Uint8Array, more = {}) => [await webDataset({ name: 'm', split: 'train', shards: [{ name: 'm.tar', bytes }], decode, maxBytes: 1e6, ...more })];
  expect((await open(good))[0].length).toBe(3);
  let skipped = 0;
  const outcomes = await tryAll(300, (mutations, choice) => {
    const mutated = mutate(good, mutations);
    const bytes = choice === 0 ? mutated : checksummed(mutated);
    return open(choice === 1 ? new Uint8Array(gzipSync(bytes)) : choice === 2 ? mutate(gzipSync(good), mutations) : bytes, choice < 5 ? {} : { onSkip: () => skipped++ });
  });
  expect(outcomes.refused).toBeGreaterThan(100);
  expect(outcomes.read).toBeGreaterThan(20);
  expect(skipped).toBeGreaterThan(5);
});

it('refuses or reads 100 mutated archives of archives', async () => {
  const inner = (name: string) => joined(tarEntry(`${name}.png`, png), tarEntry({ name: 'pax', kind: 'x' }, paxRecord('path', `${name} again.png`)), tarEntry('cut', png), new Uint8Array(1024));
  const good = joined(...['n00000001', 'n00000002'].map((wnid) => tarEntry(`${wnid}.tar`, joined(...Array.from({ length: 5 }, (_, i) => inner(`${wnid}_${i}`).subarray(0, -1024)), new Uint8Array(1024)))), new Uint8Array(1024));
  const open = async (bytes: Uint8Array) => {
    const { train, test } = await openImageFolder(await tarFolder({ name: 'm.tar', bytes }));
    return [train, test];
  };
  expect((await open(good)).map(({ length }) => length)).toEqual([18, 2]);
  const outcomes = await tryAll(100, (mutations, choice) => open(choice < 6 ? checksummed(mutate(good, mutations)) : mutate(good, mutations)));
  expect(outcomes.refused).toBeGreaterThan(20);
  expect(outcomes.read).toBeGreaterThan(5);
});

it('refuses or reads 60 mutated archives of CIFAR-100', async () => {
  const record = Uint8Array.from({ length: 3074 }, (_, i) => (i < 2 ? i : i % 256));
  const good = joined(tarEntry('c/train.bin', record), tarEntry('c/fine_label_names.txt', Array.from({ length: 100 }, (_, i) => `f${i}\n`).join('')), tarEntry('c/test.bin', record), new Uint8Array(1024));
  const outcomes = await tryAll(60, async (mutations, choice) => {
    const { train, test } = await cifar100Archive({ name: 'c.tar', bytes: choice < 4 ? checksummed(mutate(good, mutations)) : mutate(good, mutations) }, { maxBytes: 1e6 });
    return [train, test];
  });
  expect(outcomes.refused).toBeGreaterThan(10);
});

const LISTS: readonly (readonly [string, string])[] = [
  ['val.txt', 'v1.png 1\nv2.png 0\nv3.png 1\n'],
  ['LOC_val_solution.csv', 'ImageId,PredictionString\nv1,n02 1 2 3 4\nv2,n01 1 2 3 4\nv3,n02 5 6 7 8\n'],
  ['val_labels.txt', 'v1.png n02\nv2.png n01\nv3.png n02\n'],
  ['ILSVRC2012_validation_ground_truth.txt', '7\n9\n7\n'],
];

it('refuses or reads 100 mutated lists of labels and of names', async () => {
  for (const [list] of LISTS) {
    for (const name of ['train/n01/1.png', 'train/n02/1.png', 'val/v1.png', 'val/v2.png', 'val/v3.png']) {
      await mkdir(`${root}/${list}/${name.slice(0, name.lastIndexOf('/'))}`, { recursive: true });
      await writeFile(`${root}/${list}/${name}`, png);
    }
  }
  const text = (value: string) => new TextEncoder().encode(value);
  const map = text('n01 9 tench\nn02 7 fox\n');
  const outcomes = await tryAll(100, async (mutations, choice) => {
    const [list, content] = LISTS[choice % 4];
    // Either the labels change, or what the numbers in them mean and what the classes are called.
    const change = choice < 4;
    await writeFile(`${root}/${list}/${list}`, change ? mutate(text(content), mutations) : content);
    await writeFile(`${root}/${list}/map_clsloc.txt`, change ? map : mutate(map, mutations));
    await writeFile(`${root}/${list}/synset_words.txt`, mutate(text('n01 tench, Tinca tinca\nn02 fox\n'), mutations));
    const { train, test } = await openIlsvrc(`${root}/${list}`);
    return [train, test];
  });
  expect(outcomes.refused).toBeGreaterThan(20);
  expect(outcomes.read).toBeGreaterThan(20);
});
