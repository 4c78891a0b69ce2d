import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { gzipSync } from 'node:zlib';

import { packTar } from 'modern-tar';
import { afterAll, describe, expect, it } from 'vitest';

import { CIFAR10_CLASSES, cifar10Archive, cifar10Dataset, datasetStatistics, loadDataset } from '@convkit/datasets';
import { itWithShared } from './support/shared-data.js';

const folder = await mkdtemp(`${tmpdir()}/convkit-cifar10-`);
afterAll(() => rm(folder, { recursive: true }));

/** A record whose pixels can be told apart: red is its number, green the row, blue the column. */
function record(label: number, number: number): number[] {
  const planes = [() => number, (i: number) => i >> 5, (i: number) => i & 31];
  return [label, ...planes.flatMap((plane) => Array.from({ length: 1024 }, (_, i) => plane(i)))];
}

const records = (...labels: number[]) => new Uint8Array(labels.flatMap((label, i) => record(label, i)));
// A fixed time, so that the archive is the same bytes every time.
const file = (name: string, bytes: Uint8Array) => ({ header: { name, size: bytes.length, type: 'file' as const, mtime: new Date(0) }, body: bytes });
const tiny = () => [
  { header: { name: 'cifar/', size: 0, type: 'directory' as const, mtime: new Date(0) } },
  file('cifar/readme.html', new Uint8Array(1500)),
  file('cifar/data_batch_10.bin', records(9)),
  file('cifar/data_batch_2.bin', records(3, 1)),
  file('cifar/test_batch.bin', records(7)),
];
const failure = (work: Promise<unknown>) => work.then(String, (error: unknown) => (error as Error).message);

describe('cifar10Dataset', () => {
  it('counts through its files and turns planes into pixels', async () => {
    const files = [
      { name: 'a', bytes: records(3, 1) },
      { name: 'b', bytes: new Uint8Array(gzipSync(records(9))) },
    ];
    const data = await cifar10Dataset({ split: 'train', files });
    expect(data).toMatchObject({ name: 'cifar10', split: 'train', length: 3, channels: 3, width: 32, height: 32, classes: CIFAR10_CLASSES });
    const items = await Promise.all([0, 1, 2].map((i) => data.item(i)));
    expect(items.map(({ label }) => label)).toEqual([3, 1, 9]);
    const { data: pixels } = items[1].image;
    expect([...pixels.subarray(0, 6)]).toEqual([1, 0, 0, 1, 0, 1]);
    expect([...pixels.subarray(3 * (32 * 5 + 7), 3 * (32 * 5 + 7) + 3)]).toEqual([1, 5, 7]);
    expect(items[2].image.data[0]).toBe(0);
  });

  it('names the file and the byte of what is wrong', async () => {
    const open = (bytes: Uint8Array) => failure(cifar10Dataset({ split: 'train', files: [{ name: 'x.bin', bytes }] }));
    expect(await open(records(1, 2).subarray(0, 5000))).toMatchInlineSnapshot(`
      "x.bin: ends at byte 5000, within record 1; a record has 3073 bytes.
        help: the file is torn or of another format: get it again.
        code: FILE_TRUNCATED"
    `);
    expect(await open(records(1, 10))).toMatchInlineSnapshot(`
      "x.bin: label 10 at byte 3073 (record 1), but there are 10 classes (0 to 9).
        code: FILE_LABEL"
    `);
    expect(await open(new Uint8Array())).toMatchInlineSnapshot(`
      "cifar10/train: no record in x.bin.
        code: FILE_EMPTY"
    `);
  });
});

describe('cifar10Archive', () => {
  it('reads .tar and .tar.gz, the batches by number, and passes over the rest', async () => {
    const tar = await packTar(tiny());
    for (const bytes of [tar, new Uint8Array(gzipSync(tar))]) {
      const { train, test } = await cifar10Archive({ name: 'c.tar', bytes });
      expect(await Promise.all([0, 1, 2].map(async (i) => (await train.item(i)).label))).toEqual([3, 1, 9]);
      expect([test.length, (await test.item(0)).label, test.split]).toEqual([1, 7, 'test']);
    }
  });

  it('takes class names from the archive', async () => {
    const meta = file('cifar/batches.meta.txt', new TextEncoder().encode('a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n\n'));
    const { train } = await cifar10Archive({ name: 'c.tar', bytes: await packTar([...tiny(), meta]) });
    expect(train.classes.join('')).toBe('abcdefghij');
  });

  it('writes nothing, whatever the names', async () => {
    const evil = [file('../../data_batch_1.bin', records(1)), file('/etc/test_batch.bin', records(2)), { header: { name: 'x', size: 0, type: 'symlink' as const, linkname: '/etc' } }];
    const { train, test } = await cifar10Archive({ name: 'c.tar', bytes: await packTar(evil) });
    expect([train.length, test.length]).toEqual([1, 1]);
  });

  it('says what is wrong with an archive', async () => {
    const tar = await packTar(tiny());
    const open = (bytes: Uint8Array, maxBytes?: number) => failure(cifar10Archive({ name: 'c.tar', bytes }, maxBytes === undefined ? {} : { maxBytes }));
    expect(await open(tar.subarray(0, 6000))).toMatchInlineSnapshot(`
      "c.tar: no good tar archive after entry "cifar/readme.html": Tar archive is truncated.
        help: get the file again.
        code: FILE_CORRUPT"
    `);
    expect(await open(tar.subarray(0, tar.length - 1024))).toMatchInlineSnapshot(`
      "c.tar: no good tar archive after entry "cifar/data_batch_2.bin": Tar archive is truncated.
        help: get the file again.
        code: FILE_CORRUPT"
    `);
    expect(await open(new Uint8Array(gzipSync(tar)).subarray(0, 120))).toMatchInlineSnapshot(`
      "c.tar: the compressed data is broken or torn; 644 bytes could be unpacked.
        help: get the file again.
        code: FILE_CORRUPT"
    `);
    expect(await open(new TextEncoder().encode('hello'))).toMatchInlineSnapshot(`
      "c.tar: no good tar archive after its start: Tar archive is truncated.
        help: get the file again.
        code: FILE_CORRUPT"
    `);
    expect(await open(new Uint8Array())).toMatchInlineSnapshot(`
      "c.tar: no good tar archive after its start: Tar archive is truncated.
        help: get the file again.
        code: FILE_CORRUPT"
    `);
    expect(await open(tar.map((byte, i) => (i === 0 ? byte ^ 1 : byte)))).toMatchInlineSnapshot(`
      "c.tar: no good tar archive after its start: Invalid tar header checksum.
        help: get the file again.
        code: FILE_CORRUPT"
    `);
    expect(await open(await packTar(tiny().slice(0, 4)))).toMatchInlineSnapshot(`
      "c.tar: no CIFAR-10 in it, for test_batch.bin is missing.
        help: give the archive cifar-10-binary.tar.gz or the folder cifar-10-batches-bin (the binary version).
        code: FILE_MISSING"
    `);
    expect(await open(tar, 8000)).toMatchInlineSnapshot(`
      "c.tar: the content is larger than 8000 bytes.
        help: if the file is to be trusted, raise maxBytes.
        code: FILE_TOO_LARGE"
    `);
  });
});

describe('loadDataset cifar10:', () => {
  it('reads an archive, a folder, the folder above it, and a folder of compressed files', async () => {
    for (const name of ['cifar-10-batches-bin', 'zipped']) await mkdir(`${folder}/${name}`);
    for (const entry of tiny().slice(1)) {
      if (!('body' in entry)) continue;
      const name = entry.header.name.slice(6);
      await writeFile(`${folder}/cifar-10-batches-bin/${name}`, entry.body);
      await writeFile(`${folder}/zipped/${name}.gz`, gzipSync(entry.body));
    }
    await writeFile(`${folder}/c.tar.gz`, gzipSync(await packTar(tiny())));
    for (const path of [`${folder}/c.tar.gz`, folder, `${folder}/cifar-10-batches-bin`, `${folder}/zipped`]) {
      const { train, test } = await loadDataset(`cifar10:${path}`);
      expect([train.length, test.length]).toEqual([3, 1]);
    }
    expect(await failure(loadDataset(`cifar10:${folder}/none.tar`))).toContain('none.tar: there is no such file or folder.');
  });
});

itWithShared('cifar-10-binary.tar.gz', 'reads the whole of CIFAR-10: counts, first labels, channel means and deviations, colour axes', async (path) => {
  const { train, test } = await loadDataset(`cifar10:${path}`);
  const first = (data: typeof train) => Promise.all(Array.from({ length: 8 }, async (_, i) => (await data.item(i)).label));
  expect([train.length, test.length]).toEqual([50_000, 10_000]);
  expect(await first(train)).toEqual([8, 1, 7, 5, 0, 0, 2, 4]);
  expect(await first(test)).toEqual([3, 3, 9, 4, 7, 2, 3, 8]);
  expect(train.classes).toEqual(CIFAR10_CLASSES);
  const { mean, deviation, meanImage, pca } = await datasetStatistics(train);
  [0.4914, 0.48216, 0.44653].forEach((value, c) => expect(mean[c] / 255).toBeCloseTo(value, 5));
  [0.24703, 0.24349, 0.26159].forEach((value, c) => expect(deviation[c] / 255).toBeCloseTo(value, 5));
  [130.7107, 136.0561, 132.5538].forEach((value, c) => expect(meanImage?.data[c]).toBeCloseTo(value, 3));
  [127.9431, 116.4376, 107.2737].forEach((value, c) => expect(meanImage?.data[3 * (16 * 32 + 16) + c]).toBeCloseTo(value, 3));
  // numpy.linalg.eigh of numpy.cov over the 51,200,000 pixels.
  [13.7293707252, 30.0949768194, 105.7283957943].forEach((value, axis) => expect(pca?.deviations[axis]).toBeCloseTo(value, 8));
  const axes = [[0.4355675106, -0.8150843248, 0.3819927842], [0.706345279, 0.0464283733, -0.7063432261], [0.557993988, 0.5774789603, 0.5959536557]];
  axes.forEach((axis, i) => axis.forEach((value, c) => expect(pca?.axes[i][c]).toBeCloseTo(value, 8)));
});
