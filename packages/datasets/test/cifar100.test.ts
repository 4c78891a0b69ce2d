import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { gzipSync } from 'node:zlib';

import { packTar } from 'modern-tar';
import { afterAll, describe, expect, it } from 'vitest';

import { CIFAR100_CLASSES, cifar100Archive, cifar100Dataset, loadDataset } from '@convkit/datasets';

const root = await mkdtemp(`${tmpdir()}/convkit-cifar100-`);
afterAll(() => rm(root, { recursive: true }));

/** Records of coarse and fine label; the red of a pixel is the record's number, green its row, blue its column. */
const records = (...labels: readonly (readonly [number, number])[]) =>
  new Uint8Array(labels.flatMap((pair, number) => [...pair, ...[() => number, (i: number) => i >> 5, (i: number) => i & 31].flatMap((plane) => Array.from({ length: 1024 }, (_, i) => plane(i)))]));
const failure = (work: Promise<unknown>) => work.then(String, (error: unknown) => (error as Error).message.replaceAll(root, 'ROOT'));

describe('cifar100Dataset', () => {
  it('has two labels an image and takes the one that is asked for', async () => {
    const files = [{ name: 'train.bin', bytes: records([11, 19], [0, 4], [19, 99]) }];
    const fine = await cifar100Dataset({ split: 'train', files });
    expect(fine).toMatchObject({ name: 'cifar100', length: 3, width: 32, height: 32, channels: 3, classes: CIFAR100_CLASSES.fine });
    const coarse = await cifar100Dataset({ split: 'train', files, labels: 'coarse' });
    const named = async (data: typeof fine) => Promise.all([0, 1, 2].map(async (i) => data.classes[(await data.item(i)).label]));
    expect(await named(fine)).toEqual(['cattle', 'beaver', 'worm']);
    expect(await named(coarse)).toEqual(['large_omnivores_and_herbivores', 'aquatic_mammals', 'vehicles_2']);
    expect([...(await fine.item(1)).image.data.subarray(3 * (32 * 5 + 7), 3 * (32 * 5 + 7) + 3)]).toEqual([1, 5, 7]);
    expect(await fine.hash()).not.toBe(await coarse.hash());
  });

  it('has 100 names in order and 20 groups in order', () => {
    for (const [kind, count] of [['fine', 100], ['coarse', 20]] as const) {
      expect(new Set(CIFAR100_CLASSES[kind]).size).toBe(count);
      expect([...CIFAR100_CLASSES[kind]].sort()).toEqual(CIFAR100_CLASSES[kind]);
    }
  });

  it('names the file and the byte of what is wrong', async () => {
    const open = (bytes: Uint8Array, more = {}) => failure(cifar100Dataset({ split: 'train', files: [{ name: 'x.bin', bytes }], ...more }));
    expect(await open(records([1, 2]).subarray(1))).toMatchInlineSnapshot(`
      "x.bin: ends at byte 3073, within record 0; a record has 3074 bytes.
        help: the file is torn or of another format: get it again.
        code: FILE_TRUNCATED"
    `);
    expect(await open(records([1, 2], [20, 3]))).toMatchInlineSnapshot(`
      "x.bin: label 20 at byte 3074 (record 1), but there are 20 classes (0 to 19).
        code: FILE_LABEL"
    `);
    expect(await open(records([1, 2], [3, 100]))).toMatchInlineSnapshot(`
      "x.bin: label 100 at byte 3075 (record 1), but there are 100 classes (0 to 99).
        code: FILE_LABEL"
    `);
    expect(await open(records([1, 2]), { classes: ['a', 'b'] })).toContain('label 2 at byte 1 (record 0), but there are 2 classes');
    expect(await open(records([1, 2]), { labels: 'toString' })).toMatchInlineSnapshot(`
      "cifar100: labels is "toString", but must be 'fine' or 'coarse'.
        code: OPTION_INVALID"
    `);
  });
});

describe('cifar100Archive', () => {
  const text = (name: string, lines: readonly string[]) => ({ name, bytes: new TextEncoder().encode(`${lines.join('\n')}\n`) });
  const train = { name: 'train.bin', bytes: records([1, 2], [3, 4]) };
  const test = { name: 'test.bin', bytes: records([5, 6]) };
  const fine = text('fine_label_names.txt', Array.from({ length: 100 }, (_, i) => `fine ${i}`));
  const coarse = text('coarse_label_names.txt', Array.from({ length: 20 }, (_, i) => `coarse ${i}`));
  const pack = (...files: readonly { name: string; bytes: Uint8Array }[]) =>
    packTar(files.map(({ name, bytes }) => ({ header: { name: `cifar-100-binary/${name}`, size: bytes.length, type: 'file' as const }, body: bytes })));

  it('reads the archive, plain or gzip, the folder, and the folder above it, with the names they bring', async () => {
    const tar = await pack(fine, train, coarse, test);
    await mkdir(`${root}/cifar-100-binary`);
    for (const { name, bytes } of [fine, train, coarse, test]) await writeFile(`${root}/cifar-100-binary/${name}`, bytes);
    await writeFile(`${root}/c.tar.gz`, gzipSync(tar));
    const sets = [await cifar100Archive({ name: 'c.tar', bytes: tar }), ...(await Promise.all(['c.tar.gz', 'cifar-100-binary', ''].map((path) => loadDataset(`cifar100:${root}/${path}`))))];
    for (const { train, test } of sets) {
      expect([train.length, test.length, test.split, train.classes[(await train.item(1)).label], test.classes[(await test.item(0)).label]]).toEqual([2, 1, 'test', 'fine 4', 'fine 6']);
    }
    const groups = await loadDataset(`cifar100:${root}/c.tar.gz`, { labels: 'coarse' });
    expect([groups.train.classes.length, groups.train.classes[(await groups.train.item(1)).label]]).toEqual([20, 'coarse 3']);
  });

  it('does without lists of names, and says what is missing', async () => {
    expect((await cifar100Archive({ name: 'c.tar', bytes: await pack(train, test) })).test.classes).toEqual(CIFAR100_CLASSES.fine);
    expect(await failure(cifar100Archive({ name: 'c.tar', bytes: await pack(train) }))).toMatchInlineSnapshot(`
      "c.tar: no CIFAR-100 in it, for test.bin is missing.
        help: give the archive cifar-100-binary.tar.gz or the folder cifar-100-binary (the binary version).
        code: FILE_MISSING"
    `);
  });
});
