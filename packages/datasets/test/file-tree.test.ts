import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { gzipSync } from 'node:zlib';

import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { bytesAccess } from '../src/random-access.js';
import { loadDataset, openIlsvrc, openImageFolder, tarFolder, type Dataset, type DatasetSplits, type FileSet, type SkippedPart } from '@convkit/datasets';
import { joined, tarEntry, tarOf } from './support/tar.js';

let root: string;
let files: Record<string, Uint8Array | string>;
beforeAll(async () => {
  root = await mkdtemp(`${tmpdir()}/convkit-tree-`);
  const png = (value: number) => sharp({ create: { width: 2, height: 3, channels: 3, background: { r: value, g: 0, b: 0 } } }).png().toBuffer();
  files = {
    'train/n2/b.png': await png(1),
    'train/n2/a b.png': await png(2),
    'train/n1/写真.png': await png(3),
    'train/n1/notes.txt': 'no image',
    'train/n1/.hidden.png': 'no image',
    'val/n1/x.png': await png(4),
    'synsets.txt': 'n1 tench, Tinca tinca\nn2 fox\n',
  };
  for (const [name, content] of Object.entries(files)) {
    await mkdir(`${root}/plain/${name.slice(0, name.lastIndexOf('/') + 1)}`, { recursive: true });
    await writeFile(`${root}/plain/${name}`, content);
  }
});
afterAll(() => rm(root, { recursive: true }));

const archive = (prefix: string, all = files) => tarOf(...Object.entries(all).map(([name, content]) => tarEntry(prefix + name, typeof content === 'string' ? content : new Uint8Array(content))));
const contents = (data: Dataset) => Promise.all(Array.from({ length: data.length }, async (_, i) => [(await data.item(i)).label, (await data.item(i)).image.data[0]]));
const all = async ({ train, test }: DatasetSplits) => ({ classes: train.classes, train: await contents(train), test: await contents(test), hashes: [await train.hash(), await test.hash()] });

it('reads a folder from a tar archive, plain or compressed, and from files of anywhere, as it does from disk', async () => {
  const expected = await all(await openImageFolder(`${root}/plain`));
  expect(expected).toMatchObject({ classes: ['tench, Tinca tinca', 'fox'], train: [[0, 3], [1, 2], [1, 1]], test: [[0, 4]] });
  await writeFile(`${root}/photos.tar`, archive('photos/'));
  await writeFile(`${root}/photos.tgz`, gzipSync(archive('./')));
  for (const path of ['photos.tar', 'photos.tgz']) {
    expect(await all(await loadDataset(`folder:${root}/${path}`)), path).toEqual(expected);
    expect(await all(await loadDataset(`ilsvrc:${root}/${path}`)), path).toEqual(expected);
  }
  // As `webkitRelativePath` of the files of a folder that a user of a web page chose, in any order.
  const set: FileSet = { name: 'chosen', files: Object.entries(files).reverse().map(([name, content]) => ({ name: `photos/${name}`, read: async () => (typeof content === 'string' ? new TextEncoder().encode(content) : content) })) };
  const chosen = await openImageFolder(set);
  expect(await all(chosen)).toEqual(expected);
  expect([chosen.train.name, chosen.train.nameOf(0), (await openImageFolder(`${root}/photos.tar`)).train.nameOf(2)]).toEqual(['photos', 'chosen/photos/train/n1/写真.png', `${root}/photos.tar/photos/train/n2/b.png`]);
});

it('reads of a plain archive only what is asked for', async () => {
  const source = bytesAccess('big.tar', archive('', { ...files, 'train/n1/other.bin': new Uint8Array(1_000_000) }));
  let read = 0;
  const { train } = await openImageFolder(await tarFolder({ ...source, read: (at, length) => ((read += length), source.read(at, length)) }));
  expect(read).toBeLessThan(100_000);
  read = 0;
  await train.item(0);
  expect(read).toBe(files['train/n1/写真.png'].length);
});

it('reads archives of classes within an archive in place, one level deep', async () => {
  const image = files['train/n1/写真.png'];
  const inner = (...names: string[]) => archive('', Object.fromEntries(names.map((name) => [name, image])));
  const deep = inner('n00000004/never.png');
  const source = bytesAccess('ILSVRC2012_img_train.tar', archive('', {
    'n00000002.tar': inner('n00000002_7.JPEG', 'n00000002_10.JPEG', ...Array.from({ length: 8 }, (_, i) => `n00000002_2${i}.JPEG`)),
    'n00000001.tar': archive('', { 'n00000001_1.JPEG': image, 'n00000003.tar': deep, 'notes.tar': 'no archive' }),
    'other.tar': 'neither a class nor an archive',
    '../n00000005.tar': inner('climbs.JPEG'),
  }));
  let read = 0;
  const set = await tarFolder({ ...source, read: (at, length) => ((read += length), source.read(at, length)) });
  expect(read).toBeLessThan(source.size + 6 * 2 ** 13);
  expect([...set.files].map(({ name }) => name).filter((name) => !name.includes('_2'))).toEqual(['n00000002/n00000002_7.JPEG', 'n00000002/n00000002_10.JPEG', 'n00000001/n00000001_1.JPEG', 'n00000001/n00000003.tar', 'n00000001/notes.tar', 'other.tar', '../n00000005/climbs.JPEG']);
  const { train, test } = await openImageFolder(set);
  expect([train.classes, train.length, test.length, train.nameOf(0), train.nameOf(1)]).toEqual([['n00000001', 'n00000002'], 10, 1, 'ILSVRC2012_img_train.tar/n00000001/n00000001_1.JPEG', 'ILSVRC2012_img_train.tar/n00000002/n00000002_10.JPEG']);
  read = 0;
  expect(await contents(train)).toEqual(Array.from({ length: 10 }, (_, i) => [i === 0 ? 0 : 1, 3]));
  expect(read).toBe(20 * image.length);

  const failure = async (name: string, bytes: Uint8Array | string) => tarFolder({ name: 'o.tar', bytes: archive('', { [name]: bytes }) }).catch((error: unknown) => (error as Error).message);
  const whole = inner('a.JPEG');
  // A file of the inner archive may not reach into what follows it in the outer one.
  expect(await failure('n00000001.tar', whole.subarray(0, 600))).toContain('o.tar/n00000001.tar: ends at byte 600, but "a.JPEG" (header at byte 0) should reach to byte ');
  expect(await failure('n00000001.tar', whole.subarray(0, -1024))).toContain('without the empty blocks that end a tar archive');
  expect(await failure('n00000001.tar', 'no archive')).toContain('o.tar/n00000001.tar: ends at byte 10 without the empty blocks that end a tar archive');
  expect(await failure('n00000001.tar', new Uint8Array(gzipSync(whole)))).toContain('o.tar/n00000001.tar: ends at byte ');
  const small = await tarFolder({ name: 'o.tar', bytes: archive('', { 'n00000001.tar': whole }) }, { maxBytes: 10 });
  await expect([...small.files][0].read()).rejects.toMatchObject({ code: 'FILE_TOO_LARGE', message: expect.stringContaining('o.tar/n00000001/a.JPEG: ') as string });
});

it('refuses a second file of one name, or passes it over where somebody is told', async () => {
  const twice = { name: 't.tar', bytes: joined(archive('').subarray(0, -1024), archive('', { 'train/n1/写真.png': files['val/n1/x.png'] })) };
  const message = await tarFolder(twice).catch((error: unknown) => (error as Error).message);
  expect(message).toMatch(/^t\.tar: a second file "train\/n1\/写真\.png" is in it, at byte \d+\.\n {2}help: .*\n {2}code: FILE_CORRUPT$/);
  const told: SkippedPart[] = [];
  expect(await all(await openImageFolder(await tarFolder(twice, { onSkip: (skipped) => void told.push(skipped) })))).toEqual(await all(await openImageFolder(`${root}/plain`)));
  expect(told).toEqual([{ name: 't.tar/train/n1/写真.png', reason: (message as string).split('\n')[0] }]);
  await writeFile(`${root}/twice.tar`, twice.bytes);
  await expect(openImageFolder(`${root}/twice.tar`)).rejects.toMatchObject({ code: 'FILE_CORRUPT' });
  expect((await openImageFolder(`${root}/twice.tar`, { onSkip: () => undefined })).train.length).toBe(3);
});

it('reads labels of ILSVRC-2012 from an archive', async () => {
  const { 'val/n1/x.png': image, ...rest } = files;
  const { test } = await openIlsvrc(await tarFolder({ name: 'i.tar', bytes: archive('', { ...rest, 'val/x.png': image, 'val.txt': 'x.png 1\n' }) }));
  expect(await contents(test)).toEqual([[1, 4]]);
});

it('leaves out what climbs, is hidden or there as a folder too, and says what is missing', async () => {
  const odd = { '../train/n1/up.png': 'x', 'train/../n1/up.png': 'x', '/train/n1/absolute.png': files['val/n1/x.png'], 'train/n3': 'a file', 'train/n3/1.png': files['val/n1/x.png'] };
  const { train } = await openImageFolder(await tarFolder({ name: 'odd.tar', bytes: archive('', { ...files, ...odd }) }));
  expect(Array.from({ length: train.length }, (_, i) => train.nameOf(i))).toEqual(['n1/absolute', 'n1/写真', 'n2/a b', 'n2/b', 'n3/1'].map((name) => `odd.tar/train/${name}.png`));
  const failure = (set: FileSet) => openImageFolder(set).catch((error: unknown) => (error as Error).message);
  expect(await failure({ name: 'none', files: [] })).toContain('none: no class folders in it.');
  expect(await failure(await tarFolder({ name: 'a.tar', bytes: archive('', { 'train/a/1.png': 'x' }) }))).toContain('a.tar: no folder val or test beside train.');
  await expect(tarFolder({ name: 'bomb.tgz', bytes: new Uint8Array(gzipSync(new Uint8Array(5_000_000))) }, { maxBytes: 1_000_000 })).rejects.toMatchObject({ code: 'FILE_TOO_LARGE' });
  const { 'synsets.txt': _, ...images } = files;
  const small = await openImageFolder(await tarFolder({ name: 's.tar', bytes: archive('', images) }, { maxBytes: 10 }));
  await expect(small.train.item(0)).rejects.toMatchObject({ code: 'FILE_TOO_LARGE' });
});
