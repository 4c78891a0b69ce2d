import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';

import { unpackTar } from 'modern-tar/fs';
import { pipeline } from 'node:stream/promises';
import sharp from 'sharp';
import { afterAll, describe, expect, it, vi } from 'vitest';

import { datasetStatistics, decodeImage, loadDataset, openImageFolder } from '@convkit/datasets';
import { itWithShared } from './support/shared-data.js';

const root = await mkdtemp(`${tmpdir()}/convkit-folder-`);
afterAll(() => rm(root, { recursive: true }));

const failure = (work: Promise<unknown>) => work.then(String, (error: unknown) => (error as Error).message.replaceAll(root, 'ROOT'));
const colour = (r: number, g: number, b: number, width = 4, height = 2) => sharp({ create: { width, height, channels: 3, background: { r, g, b } } });
const png = (value: number) => colour(value, 0, 0).png().toBuffer();

async function folder(name: string, files: Record<string, Uint8Array | string>): Promise<string> {
  for (const [path, bytes] of Object.entries(files)) {
    const full = `${root}/${name}/${path}`;
    await mkdir(full.slice(0, full.lastIndexOf('/')), { recursive: true });
    await writeFile(full, bytes);
  }
  return `${root}/${name}`;
}

describe('decodeImage', () => {
  it('gives RGB whatever the file holds', async () => {
    const grey = await sharp(new Uint8Array([0, 100, 255, 7]), { raw: { width: 2, height: 2, channels: 1 } }).toColourspace('b-w').png().toBuffer();
    expect((await sharp(grey).metadata()).channels).toBe(1);
    expect(await decodeImage(grey, 'grey')).toMatchObject({ width: 2, height: 2, channels: 3 });
    expect([...(await decodeImage(grey, 'grey')).data]).toEqual([0, 0, 0, 100, 100, 100, 255, 255, 255, 7, 7, 7]);

    const clear = await sharp({ create: { width: 1, height: 1, channels: 4, background: { r: 9, g: 8, b: 7, alpha: 0 } } }).png().toBuffer();
    expect([...(await decodeImage(clear, 'clear')).data]).toEqual([9, 8, 7]);

    const deep = await sharp(new Uint16Array([0x1234, 0xabcd, 0xffff]), { raw: { width: 1, height: 1, channels: 3 } }).toColourspace('rgb16').png().toBuffer();
    expect((await sharp(deep).metadata()).depth).toBe('ushort');
    expect([...(await decodeImage(deep, 'deep')).data]).toEqual([0x12, 0xab, 0xff]);

    for (const format of ['jpeg', 'webp', 'gif', 'tiff', 'avif'] as const) {
      const { data, channels } = await decodeImage(await colour(200, 40, 90).toFormat(format, { quality: 95 }).toBuffer(), format);
      expect(channels).toBe(3);
      [200, 40, 90].forEach((value, c) => expect(Math.abs(data[c] - value), format).toBeLessThan(6));
    }
  });

  it('turns CMYK into RGB', async () => {
    const cmyk = await colour(220, 30, 30, 8, 8).toColourspace('cmyk').jpeg({ quality: 95 }).toBuffer();
    expect((await sharp(cmyk).metadata()).space).toBe('cmyk');
    const { data, channels, width } = await decodeImage(cmyk, 'cmyk');
    expect([channels, width]).toEqual([3, 8]);
    expect(data[0]).toBeGreaterThan(180);
    expect(Math.max(data[1], data[2])).toBeLessThan(90);
  });

  it('applies the EXIF orientation', async () => {
    const two = sharp(new Uint8Array([255, 0, 0, 0, 0, 255]), { raw: { width: 2, height: 1, channels: 3 } });
    const turned = await decodeImage(await two.withMetadata({ orientation: 6 }).png().toBuffer(), 'turned');
    expect([turned.width, turned.height]).toEqual([1, 2]);
    expect([...turned.data]).toEqual([255, 0, 0, 0, 0, 255]);
    const mirrored = await decodeImage(await two.withMetadata({ orientation: 2 }).png().toBuffer(), 'mirrored');
    expect([...mirrored.data]).toEqual([0, 0, 255, 255, 0, 0]);
  });

  it('refuses what is no image, torn, too large or a program for drawing', async () => {
    const noise = Uint8Array.from({ length: 3 * 64 * 64 }, (_, i) => (i * 7919) % 251);
    const jpeg = await sharp(noise, { raw: { width: 64, height: 64, channels: 3 } }).jpeg().toBuffer();
    expect(await failure(decodeImage(new TextEncoder().encode('hello'), 'a.jpg'))).toMatchInlineSnapshot(`
      "a.jpg: no good image: Input buffer contains unsupported image format
        code: FILE_CORRUPT"
    `);
    expect(await failure(decodeImage(jpeg.subarray(0, jpeg.length / 2), 'b.jpg'))).toMatchInlineSnapshot(`
      "b.jpg: no good image: it is cut off or damaged
        code: FILE_CORRUPT"
    `);
    expect(await failure(decodeImage(jpeg, 'c.jpg', { maxPixels: 4000 }))).toMatchInlineSnapshot(`
      "c.jpg: 64x64 pixels, but at most 4000 are decoded.
        help: shrink the image, or raise maxPixels.
        code: FILE_TOO_LARGE"
    `);
    expect(await failure(decodeImage(new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"/>'), 'd.png'))).toMatchInlineSnapshot(`
      "d.png: the format svg is not read.
        formats jpeg, png, webp, gif, tiff, heif
        code: FILE_UNSUPPORTED"
    `);
    expect(await failure(decodeImage(new Uint8Array(), 'e.png'))).toContain('code: FILE_CORRUPT');
  });
});

describe('openImageFolder', () => {
  it('takes train/ and val/, classes and files by name, labels by class', async () => {
    const path = await folder('split', {
      'train/dog/b.png': await png(1),
      'train/dog/a.PNG': await png(2),
      'train/Cat/z.png': await png(3),
      'train/eel/q.png': await png(4),
      'val/dog/x.png': await png(5),
      'test/dog/unused.png': await png(6),
      'train/dog/.hidden.png': 'no image',
      'train/dog/notes.txt': 'no image',
      'train/readme.md': 'no class',
    });
    const { train, test } = await openImageFolder(path);
    expect(train).toMatchObject({ name: 'split', split: 'train', length: 4, classes: ['Cat', 'dog', 'eel'], channels: 3 });
    expect(train.width).toBeUndefined();
    const items = await Promise.all([0, 1, 2, 3].map((i) => train.item(i)));
    expect(items.map(({ image, label }) => [label, image.data[0]])).toEqual([[0, 3], [1, 2], [1, 1], [2, 4]]);
    expect(test).toMatchObject({ split: 'test', length: 1, classes: ['Cat', 'dog', 'eel'] });
    expect(await test.item(0)).toMatchObject({ label: 1, image: { width: 4, height: 2 } });
  });

  it('takes test/ where there is no val/', async () => {
    const { test } = await loadDataset(`folder:${await folder('judged', { 'train/a/1.png': await png(1), 'test/a/2.png': await png(2), 'test/a/3.png': await png(2) })}`);
    expect(test.length).toBe(2);
  });

  it('keeps every tenth image of a class back where there is no train/', async () => {
    const image = await png(1);
    const files = (name: string, n: number) => Object.fromEntries(Array.from({ length: n }, (_, i) => [`${name}/${String(i).padStart(3, '0')}.png`, image]));
    const { train, test } = await openImageFolder(await folder('whole', { ...files('a', 25), ...files('b', 10), ...files('c', 3) }));
    expect([train.length, test.length]).toEqual([35, 3]);
    expect(await Promise.all([0, 1, 2].map(async (i) => (await test.item(i)).label))).toEqual([0, 0, 1]);
    expect(await failure(openImageFolder(await folder('few', files('a', 9))))).toMatchInlineSnapshot(`
      "ROOT/few: no test part, for no class has ten images.
        help: make folders ROOT/few/train and ROOT/few/val, each with one folder a class.
        code: FILE_MISSING"
    `);
  });

  it('says what is missing', async () => {
    expect(await failure(openImageFolder(`${root}/none`))).toMatchInlineSnapshot(`
      "ROOT/none: there is no such file or folder.
        code: FILE_MISSING"
    `);
    expect(await failure(openImageFolder(await folder('empty', { 'a/notes.txt': '' })))).toMatchInlineSnapshot(`
      "ROOT/empty/a: no images in this class.
        help: add images (jpg, png, webp, gif, tif, avif) or remove the folder.
        code: FILE_EMPTY"
    `);
    expect(await failure(openImageFolder(await folder('flat', { 'a.png': await png(1) })))).toMatchInlineSnapshot(`
      "ROOT/flat: no class folders in it.
        help: give a folder with one folder of images a class.
        code: FILE_EMPTY"
    `);
    expect(await failure(openImageFolder(await folder('alone', { 'train/a/1.png': await png(1) })))).toMatchInlineSnapshot(`
      "ROOT/alone: no folder val or test beside train.
        help: move some images of each class into val/CLASS.
        code: FILE_MISSING"
    `);
    expect(await failure(openImageFolder(await folder('odd', { 'train/a/1.png': await png(1), 'val/b/1.png': await png(1) })))).toMatchInlineSnapshot(`
      "ROOT/odd/val/b: a class that the training part does not have.
        help: move the folder away, or add one of this name to the training part.
        code: FILE_CLASS"
    `);
    expect(await failure(openImageFolder(`${root}/flat/a.png`))).toMatchInlineSnapshot(`
      "ROOT/flat/a.png: ends at byte 96 without the empty blocks that end a tar archive; the next header should be at byte 0.
        help: the file is torn, or no tar archive: get it again.
        code: FILE_TRUNCATED"
    `);
  });

  it('passes over classes without images where somebody is told', async () => {
    const path = await folder('gaps', { 'train/a/1.png': await png(1), 'train/b/notes.txt': '', 'train/c/1.png': await png(3), 'val/a/notes.txt': '', 'val/c/1.png': await png(4) });
    const told: string[] = [];
    const { train, test } = await openImageFolder(path, { onSkip: ({ name, reason }) => told.push(name, reason) });
    expect([train.classes, (await train.item(1)).label, (await test.item(0)).label, test.length]).toEqual([['a', 'c'], 1, 1, 1]);
    expect(told).toEqual(['train/b', 'val/a'].flatMap((name) => [`${path}/${name}`, `${path}/${name}: no images in this class.`]));
    expect(await failure(openImageFolder(await folder('bare', { 'train/a/x.txt': '', 'val/a/x.txt': '' }), { onSkip: () => undefined }))).toContain('ROOT/bare/train: no class folders in it.');
  });

  it('fails for the one image that is broken, by name', async () => {
    const { train } = await openImageFolder(await folder('broken', { 'train/a/1.png': await png(1), 'train/a/2.png': 'no image', 'val/a/1.png': await png(1) }));
    expect((await train.item(0)).label).toBe(0);
    expect(await failure(train.item(1))).toMatchInlineSnapshot(`
      "ROOT/broken/train/a/2.png: no good image: Input buffer contains unsupported image format
        code: FILE_CORRUPT"
    `);
    const small = await openImageFolder(`${root}/broken`, { maxBytes: 10 });
    expect(await failure(small.train.item(0))).toMatchInlineSnapshot(`
      "ROOT/broken/train/a/1.png: the content is larger than 10 bytes.
        help: if the file is to be trusted, raise maxBytes.
        code: FILE_TOO_LARGE"
    `);
  });
});

describe('an image folder in the wild', () => {
  it('takes names with blanks, line breaks and letters of any script, and files whose ending is wrong', async () => {
    const names = ['a b.png', 'c\nd.png', 'Фото.PNG', '写真.jpg', "quote'\".jpeg", '%2e.gif'];
    const image = await png(8);
    const path = await folder('odd names', Object.fromEntries(names.flatMap((name) => [[`train/гри бы/${name}`, image], [`val/гри бы/${name}`, image]])));
    const { train, test } = await openImageFolder(path);
    expect([train.classes, train.length, test.length]).toEqual([['гри бы'], 6, 6]);
    expect(Array.from({ length: 6 }, (_, i) => train.nameOf(i))).toEqual([...names].sort().map((name) => `${path}/train/гри бы/${name}`));
    for (let i = 0; i < 6; i++) expect((await train.item(i)).image.data[0]).toBe(8);
  });

  it('follows links when it reads, and is held up neither by circles nor by what is no file', async () => {
    const path = await folder('links', { 'store/1.png': await png(1), 'train/a/0.png': await png(0), 'val/a/0.png': await png(0) });
    await symlink('../../store/1.png', `${path}/train/a/1.png`);
    await symlink('2.png', `${path}/train/a/2.png`);
    await symlink('.', `${path}/train/a/3.png`);
    await symlink('nowhere', `${path}/train/a/4.png`);
    await symlink('..', `${path}/train/a/up`);
    await symlink('round', `${path}/train/round`);
    const { train } = await openImageFolder(path);
    expect([train.length, train.classes]).toEqual([5, ['a']]);
    expect((await train.item(1)).image.data[0]).toBe(1);
    expect(await Promise.all([2, 3, 4].map((i) => failure(train.item(i))))).toEqual([
      expect.stringMatching(/^ROOT\/links\/train\/a\/2.png: cannot be read: ELOOP/),
      'ROOT/links/train/a/3.png: cannot be read: it is no file\n  code: FILE_UNREADABLE',
      'ROOT/links/train/a/4.png: there is no such file or folder.\n  code: FILE_MISSING',
    ]);
    await symlink('.', `${path}/train/self`);
    expect(await failure(openImageFolder(path))).toContain('ROOT/links/train/self: no images in this class.');
  });

  it('takes names of classes from lists, the folder in brackets where two are called the same', async () => {
    const image = await png(1);
    const files = ['n2', 'n1', 'n3', 'n4'].flatMap((name) => [[`train/${name}/1.png`, image], [`val/${name}/1.png`, image]] as const);
    const lists = { 'synset_words.txt': 'n1 crane\r\nn2 tench, Tinca tinca\r\nn9 nobody\r\n', 'classes.txt': 'n2\tanother\nn3\tcrane\nn4 17\n' };
    const { train, test } = await openImageFolder(await folder('named', { ...Object.fromEntries(files), ...lists }));
    expect(train.classes).toEqual(['crane (n1)', 'tench, Tinca tinca', 'crane (n3)', 'n4']);
    expect(test.classes).toEqual(train.classes);
    expect(train.nameOf(1)).toMatch(/train\/n2\/1.png$/);
  });

  it('indexes thousands of links, and asks for no file before it is read', async () => {
    const path = await folder('many', { 'a.png': await png(3) });
    for (const name of ['x', 'y']) {
      await mkdir(`${path}/set/${name}`, { recursive: true });
      await Promise.all(Array.from({ length: 2000 }, (_, i) => symlink('../../a.png', `${path}/set/${name}/${i}.png`)));
    }
    const files = await import('node:fs/promises');
    const stat = vi.spyOn(files.default, 'stat');
    const { train, test } = await openImageFolder(`${path}/set`);
    expect([train.length, test.length]).toEqual([3600, 400]);
    // Of the folder, and of the lists of names there might be; none of the links.
    expect(stat.mock.calls.length).toBeGreaterThan(0);
    expect(stat.mock.calls.length).toBeLessThan(10);
    stat.mockRestore();
    expect(await train.item(3599)).toMatchObject({ label: 1, image: { width: 4 } });
    expect([train.nameOf(0), test.nameOf(399)]).toEqual([`${path}/set/x/0.png`, `${path}/set/y/999.png`]);
  });

  it('hashes labels and stored bytes, whatever the place', async () => {
    const files = { 'train/a/1.png': await png(1), 'train/b/1.png': await png(2), 'val/a/1.png': await png(3) };
    const [one, two] = [await openImageFolder(await folder('hash1', files)), await openImageFolder(await folder('hash2', files))];
    expect(await one.train.hash()).toBe(await two.train.hash());
    await folder('hash2', { 'train/b/1.png': await png(9) });
    expect(await two.train.hash()).not.toBe(await one.train.hash());
  });
});

describe('loadDataset', () => {
  it('names what it knows', async () => {
    expect(await failure(loadDataset('mnist'))).toMatchInlineSnapshot(`
      "loadDataset: "mnist" describes no data set.
        known idx:PATH, cifar10:PATH, cifar100:PATH, folder:PATH, ilsvrc:PATH, wds:PATH, shards:PATH
        code: NAME_UNKNOWN"
    `);
    for (const wrong of ['', 'idx', 'idx:', ':path', 'toString:path', '__proto__:x']) await expect(loadDataset(wrong)).rejects.toMatchObject({ code: 'NAME_UNKNOWN' });
  });

  it('finds the IDX files of a folder', async () => {
    const image = new Uint8Array([0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 50]);
    const label = new Uint8Array([0, 0, 8, 1, 0, 0, 0, 1, 2]);
    const path = await folder('idx', { 'train-images-idx3-ubyte': image, 'train-labels.idx1-ubyte': label, 't10k-images-idx3-ubyte': image });
    expect(await failure(loadDataset(`idx:${path}`))).toMatchInlineSnapshot(`
      "ROOT/idx: no file t10k-labels-idx1-ubyte or .gz in it.
        files there t10k-images-idx3-ubyte, train-images-idx3-ubyte, train-labels.idx1-ubyte
        code: FILE_MISSING"
    `);
    await folder('idx', { 't10k-labels-idx1-ubyte': label });
    const { train, test } = await loadDataset(`idx:${path}`);
    expect([train.length, test.length, (await train.item(0)).label]).toEqual([1, 1, 2]);
  });
});

itWithShared('imagenette-mini.tar', 'reads photographs, grey ones among them: counts, statistics, labels', async (path) => {
  await pipeline(createReadStream(path), unpackTar(root));
  const { train, test } = await loadDataset(`folder:${root}/imagenette-mini`);
  expect([train.length, test.length, train.classes.length, train.classes[0]]).toEqual([1500, 500, 10, 'n01440764']);
  expect((await train.item(1499)).label).toBe(9);
  const { mean, deviation } = await datasetStatistics(train);
  [0.4652, 0.459, 0.4303].forEach((value, c) => expect(mean[c] / 255).toBeCloseTo(value, 3));
  [0.2842, 0.2813, 0.3018].forEach((value, c) => expect(deviation[c] / 255).toBeCloseTo(value, 3));
});
