import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { gzipSync } from 'node:zlib';

import { packTar } from 'modern-tar';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';

import { FormatError } from '@convkit/tensor';

import { blobAccess, imageDataset, loadDataset, openWebDataset, webDataset, type WebDatasetOptions } from '@convkit/datasets';
import { tarEntry, tarOf } from './support/tar.js';

const root = await mkdtemp(`${tmpdir()}/convkit-wds-`);
afterAll(() => rm(root, { recursive: true }));

const failure = (work: Promise<unknown>) =>
  work.then(String, (error: unknown) => {
    expect(error).toBeInstanceOf(FormatError);
    return (error as Error).message.replaceAll(root, 'ROOT');
  });
/** One pixel with the bytes of the file. */
const decode = (bytes: Uint8Array) => Promise.resolve({ width: bytes.length, height: 1, channels: 1, data: bytes });
const image = (...values: number[]) => new Uint8Array(values);
const open = (bytes: Uint8Array, more: Partial<WebDatasetOptions> = {}) => webDataset({ name: 'w', split: 'train', shards: [{ name: 's.tar', bytes }], decode, ...more });
const pack = (...files: readonly (readonly [string, Uint8Array | string])[]) =>
  packTar(files.map(([name, body]) => ({ header: { name, size: Buffer.byteLength(body), type: 'file' as const, mtime: new Date(0) }, body })));

const first = await pack(['a/000.jpg', image(1)], ['a/000.cls', '2\n'], ['b/000.PNG', image(2, 2)], ['b/000.json', '{"label": 0, "width": 4}'], ['b/000.txt', 'beside'], ['.hidden.cls', 'x']);
const second = tarOf(tarEntry('9.cls', ' 1 '), tarEntry('9.seg.png', image(9)), tarEntry('9.jpeg', image(3)), tarEntry('10.json', '{"cls":2}'), tarEntry('10.webp', image(4)));

describe('webDataset', () => {
  it('groups files up to the first dot, in the order of the archive, and counts through the shards', async () => {
    const data = await webDataset({ name: 'w', split: 'test', shards: [{ name: 'one.tar', bytes: first }, { name: 'two.tar', bytes: second }], decode });
    expect(data).toMatchObject({ name: 'w', split: 'test', length: 4, classes: ['0', '1', '2'], channels: 3 });
    expect(await Promise.all([0, 1, 2, 3].map(async (i) => [data.nameOf(i), (await data.item(i)).label, ...(await data.item(i)).image.data]))).toEqual([
      ['one.tar/a/000.jpg', 2, 1],
      ['one.tar/b/000.PNG', 0, 2, 2],
      ['two.tar/9.jpeg', 1, 3],
      ['two.tar/10.webp', 2, 4],
    ]);
  });

  it('is the same from bytes, blobs, streams and compressed ones, and has the hash of the files in it', async () => {
    const zipped = new Uint8Array(gzipSync(second));
    const shards = [
      { name: 's.tar', bytes: second },
      blobAccess('s.tar', new Blob([second])),
      blobAccess('s.tar', new Blob([zipped])),
      { name: 's.tar', bytes: zipped },
      { name: 's.tar', bytes: new Blob([second]).stream() },
      { name: 's.tar', bytes: new Blob([zipped]).stream() },
    ];
    const classes = ['a', 'b', 'c'];
    const files = [[image(3), 1], [image(4), 2]].map(([bytes, label], i) => ({ name: String(i), label: label as number, read: () => Promise.resolve(bytes as Uint8Array) }));
    const hash = await imageDataset({ name: 'f', split: 'train', classes, files }).hash();
    for (const shard of shards) {
      const data = await webDataset({ name: 'w', split: 'train', shards: [shard], classes, decode });
      expect([data.length, (await data.item(1)).label, data.nameOf(0), await data.hash()]).toEqual([2, 2, 's.tar/9.jpeg', hash]);
    }
  });

  it('reads an item without the others', async () => {
    const bytes = tarOf(...Array.from({ length: 50 }, (_, i) => [tarEntry(`${i}.jpg`, new Uint8Array(100_000).fill(i)), tarEntry(`${i}.cls`, '0')]).flat());
    const whole = blobAccess('big.tar', new Blob([bytes]));
    let read = 0;
    const data = await webDataset({ name: 'w', split: 'train', decode, shards: [{ ...whole, read: (at, length) => ((read += length), whole.read(at, length)) }] });
    // A window at each place where a header and a label are wanted, none of the images.
    expect(read).toBeLessThan(52 * 2 ** 13);
    read = 0;
    expect((await data.item(37)).image.data[99_999]).toBe(37);
    expect(read).toBe(100_000);
  });

  it('takes class names as an array or as a list, without WNIDs and apart', async () => {
    expect((await open(second, { classes: ['x', 'y', 'z'] })).classes).toEqual(['x', 'y', 'z']);
    const list = async (text: string) => (await open(second, { classes: { name: 'classes.txt', bytes: new TextEncoder().encode(text) } })).classes;
    expect(await list('golden retriever\r\ncat\r\ncat\r\n\r\n')).toEqual(['golden retriever', 'cat (1)', 'cat (2)']);
    expect(await list('n00000001 crane\nn00000002\ttench, Tinca tinca\nn00000003 crane')).toEqual(['crane (n00000001)', 'tench, Tinca tinca', 'crane (n00000003)']);
    expect(await list('n00000001\nn00000002\nn00000003\n')).toEqual(['n00000001', 'n00000002', 'n00000003']);
    expect(await failure(list('a\n\nb\nc\n'))).toMatchInlineSnapshot(`
      "classes.txt: line 2 is blank, but each line up to the last is a class.
        help: remove the line.
        code: FILE_CORRUPT"
    `);
    expect(await failure(list('\n'))).toMatchInlineSnapshot(`
      "classes.txt: there are no classes in it.
        help: write the name of one class a line, in label order.
        code: FILE_EMPTY"
    `);
    expect(await failure(list('a\nb\n'))).toMatchInlineSnapshot(`
      "s.tar/10.webp: label 2, but there are 2 classes (0 to 1).
        code: FILE_LABEL"
    `);
  });

  it('says which sample of which shard is wrong', async () => {
    const good = [tarEntry('0.jpg', image(1)), tarEntry('0.cls', '0')];
    expect(await failure(open(tarOf(...good, tarEntry('1.jpg', image(1)))))).toMatchInlineSnapshot(`
      "s.tar: sample "1" has no label.
        help: a label is a whole number from 0 on, in KEY.cls or as "label" or "cls" in KEY.json.
        code: FILE_LABEL"
    `);
    expect(await failure(open(tarOf(...good, tarEntry('1.cls', '0'))))).toMatchInlineSnapshot(`
      "s.tar: sample "1" has a label, but no image.
        images jpg, jpeg, png, webp, gif, tif, tiff, avif
        code: FILE_CORRUPT"
    `);
    expect(await failure(open(tarOf(...good, tarEntry('0.png', image(1)))))).toMatchInlineSnapshot(`
      "s.tar: sample "0" has two images, "0.jpg" at byte 512 and "0.png" at byte 2560.
        code: FILE_CORRUPT"
    `);
    expect(await failure(open(tarOf(...good, good[0])))).toContain('sample "0" has two images, "0.jpg" at byte 512 and "0.jpg" at byte 2560.');
    expect(await failure(open(tarOf(...good, tarEntry('0.CLS', '1'))))).toContain('sample "0" has two labels, "0.cls" at byte 1536 and "0.CLS" at byte 2560.');
    for (const stray of ['a/readme', 'notes.txt', '1.json', 'x.y/0.seg.png']) {
      expect(await failure(open(tarOf(...good, tarEntry(stray, '{}'))))).toBe(`s.tar: ${JSON.stringify(stray)} is part of no sample, for there is no image beside it.\n  images jpg, jpeg, png, webp, gif, tif, tiff, avif\n  code: FILE_CORRUPT`);
    }
    for (const label of ['', '-1', '1.5', '0x1', 'cat', '1 2', '9999999999', '\x00']) {
      expect(await failure(open(tarOf(tarEntry('1.jpg', image(1)), tarEntry('1.cls', label))))).toContain(`s.tar: sample "1" has ${JSON.stringify(label)} as its label (at byte 1536).`);
    }
    for (const label of ['', '{', '[]', 'null', '7', '{"label":"0"}', '{"label":-1}', '{"label":1.5}', '{"label":[0]}', '{"cls":1e300}', '['.repeat(100_000)]) {
      expect(await failure(open(tarOf(tarEntry('1.jpg', image(1)), tarEntry('1.json', label))))).toContain('code: FILE_LABEL');
    }
    expect(await failure(open(tarOf(tarEntry('1.jpg', image(1)), tarEntry('1.json', ' '.repeat(2 ** 20 + 1)))))).toContain('has "1048577 bytes" as its label');
    expect(await failure(open(tarOf(tarEntry('1.jpg', image(1)), tarEntry('1.cls', '100000'))))).toMatchInlineSnapshot(`
      "s.tar/1.jpg: label 100000, but without a list of classes they go to 99999.
        help: put classes.txt beside the shards.
        code: FILE_LABEL"
    `);
    expect(await failure(open(tarOf()))).toMatchInlineSnapshot(`
      "w/train: there are no images.
        code: FILE_EMPTY"
    `);
    expect(await failure(open(first.subarray(0, 2000)))).toContain('code: FILE_TRUNCATED');
    expect(await failure(open(new Uint8Array(gzipSync(first)).subarray(0, 90)))).toContain('code: FILE_CORRUPT');
  });

  it('passes over what makes no example where somebody is told, each once and by name', async () => {
    const sample = (key: string, label: string, value: number) => [tarEntry(`${key}.jpg`, image(value)), tarEntry(`${key}.cls`, label)];
    const shard = tarOf(
      tarEntry('a/README', 'no sample'),
      ...sample('twice', '0', 1),
      ...sample('good', '0', 2),
      tarEntry('bare.jpg', image(3)),
      ...sample('cat', 'cat', 4),
      tarEntry('lone.cls', '1'),
      ...sample('two', '1', 5),
      tarEntry('two.png', image(6)),
      tarEntry('._good.jpg', 'hidden'),
      ...sample('last', '1', 7),
      ...sample('twice', '1', 8),
      tarEntry('lone.txt', 'x'),
    );
    const told: { readonly name: string; readonly reason: string }[] = [];
    const data = await open(shard, { onSkip: (skipped) => void told.push(skipped) });
    expect(await Promise.all(Array.from({ length: data.length }, async (_, i) => [data.nameOf(i), (await data.item(i)).label, (await data.item(i)).image.data[0]]))).toEqual([['s.tar/good.jpg', 0, 2], ['s.tar/last.jpg', 1, 7]]);
    expect(told.map(({ reason }) => reason)).toEqual([
      's.tar: "a/README" is part of no sample, for there is no image beside it.',
      's.tar: sample "twice" has two images, "twice.jpg" at byte 1536 and "twice.jpg" at byte 15872.',
      's.tar: sample "bare" has no label.',
      's.tar: sample "cat" has "cat" as its label (at byte 7680).',
      's.tar: sample "lone" has a label, but no image.',
      's.tar: sample "two" has two images, "two.jpg" at byte 9728 and "two.png" at byte 11776.',
    ]);
    expect(told.map(({ name }) => name)).toEqual(['a/README', 'twice.jpg', 'bare.jpg', 'cat.jpg', 'lone.cls', 'two.jpg'].map((name) => `s.tar/${name}`));
    expect(await failure(open(tarOf(tarEntry('1.txt', 'x')), { onSkip: () => undefined }))).toContain('w/train: there are no images.');
    // A shard that is torn is refused all the same.
    expect(await failure(open(shard.subarray(0, -2048), { onSkip: () => undefined }))).toContain('code: FILE_TRUNCATED');
  });

  it('holds no more in memory than it may', async () => {
    const bomb = { name: 'bomb.tar.gz', bytes: new Uint8Array(gzipSync(new Uint8Array(5_000_000))) };
    const about = { name: 'w', split: 'train', decode } as const;
    expect(await failure(webDataset({ ...about, shards: [bomb], maxBytes: 1_000_000 }))).toMatchInlineSnapshot(`
      "bomb.tar.gz: with it, the archives that have to be held in memory are larger than 1000000 bytes.
        help: unpack .tar.gz to .tar, which is read in place, or raise maxBytes.
        code: FILE_TOO_LARGE"
    `);
    const zipped = { name: 'two.tar.gz', bytes: new Uint8Array(gzipSync(second)) };
    expect((await webDataset({ ...about, shards: [zipped], maxBytes: 2 * second.length - 1 })).length).toBe(2);
    expect(await failure(webDataset({ ...about, shards: [zipped, zipped], maxBytes: 2 * second.length - 1 }))).toContain('with it, the archives that have to be held in memory are larger');
    // Plain archives in memory or on disk are read in place; the bound is then that of an image.
    const small = await webDataset({ ...about, shards: [{ name: 's.tar', bytes: first }], maxBytes: 1 });
    expect((await small.item(0)).image.width).toBe(1);
    expect(await failure(small.item(1))).toContain('s.tar/b/000.PNG: the content is larger than 1 bytes.');
  });
});

describe('openWebDataset', () => {
  const png = (value: number) => sharp({ create: { width: 2, height: 3, channels: 3, background: { r: value, g: 0, b: 0 } } }).png().toBuffer();
  const shard = async (...labels: number[]) => tarOf(...(await Promise.all(labels.map(async (label, i) => [tarEntry(`${i}.png`, await png(label)), tarEntry(`${i}.cls`, String(label))]))).flat());
  const folder = async (name: string, files: Record<string, Uint8Array | string>) => {
    await mkdir(`${root}/${name}`);
    for (const [file, bytes] of Object.entries(files)) await writeFile(`${root}/${name}/${file}`, bytes);
    return `${root}/${name}`;
  };

  it('takes shards by name, val before test, compressed or not, with classes beside them', async () => {
    const path = await folder('whole', {
      'train-001.tar': await shard(3),
      'train-000.tar.gz': gzipSync(await shard(1, 2)),
      'validation-0.tgz': gzipSync(await shard(0)),
      'test-0.tar': await shard(0, 0, 0),
      'other.tar': 'none',
      'synsets.txt': 'zero\none\ntwo\nthree\n',
    });
    const { train, test } = await loadDataset(`wds:${path}`);
    expect([train.name, train.length, test.length, test.split, train.classes, test.classes.length]).toEqual(['whole', 3, 1, 'test', ['zero', 'one', 'two', 'three'], 4]);
    expect(await Promise.all([0, 1, 2].map(async (i) => [(await train.item(i)).label, (await train.item(i)).image.data[0]]))).toEqual([[1, 1], [2, 2], [3, 3]]);
    expect(train.nameOf(2)).toBe(`${path}/train-001.tar/0.png`);
    expect((await train.item(2)).image).toMatchObject({ width: 2, height: 3, channels: 3 });
  });

  it('has as many classes as the larger part', async () => {
    const { train, test } = await openWebDataset(await folder('numbers', { 'train.tar': await shard(1), 'test.tar': await shard(4, 0) }));
    expect([train.classes, test.classes]).toEqual([['0', '1', '2', '3', '4'], ['0', '1', '2', '3', '4']]);
    expect((await openWebDataset(`${root}/numbers`, { classes: ['a', 'b', 'c', 'd', 'e'] })).test.classes[4]).toBe('e');
  });

  it('says what is missing or broken', async () => {
    expect(await failure(openWebDataset(await folder('nothing', { 'val.tar': '', 'a.txt': '' })))).toMatchInlineSnapshot(`
      "ROOT/nothing: no shards train*.tar in it.
        archives there val.tar
        code: FILE_MISSING"
    `);
    expect(await failure(openWebDataset(await folder('alone', { 'train.tar': '' })))).toContain('no shards val*.tar or test*.tar in it.');
    expect(await failure(openWebDataset(await folder('torn', { 'train.tar': await shard(0), 'val.tar': (await shard(0)).subarray(0, 600) })))).toContain('ROOT/torn/val.tar: ends at byte 600');
    expect(await failure(openWebDataset(`${root}/none`))).toContain('code: FILE_MISSING');
    const broken = await openWebDataset(await folder('broken', { 'train.tar': tarOf(tarEntry('0.png', 'no image'), tarEntry('0.cls', '0')), 'val.tar': await shard(0) }));
    expect(await failure(broken.train.item(0))).toMatch(/^ROOT\/broken\/train.tar\/0.png: no good image: [^]*code: FILE_CORRUPT$/);
    expect(await failure((await openWebDataset(`${root}/broken`, { maxPixels: 5 })).test.item(0))).toContain('code: FILE_TOO_LARGE');
  });
});
