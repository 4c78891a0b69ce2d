import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';

import { FormatError, RandomStream, sha256 } from '@convkit/tensor';
import { afterAll, describe, expect, it } from 'vitest';

import { datasetStatistics, defineDataset, decodeImage, loadDataset, openPrepared, openWebDataset, prepareIndex, prepareOrder, prepareShard, type Dataset, type DatasetSplits, type Split } from '@convkit/datasets';

const root = await mkdtemp(`${tmpdir()}/convkit-prepared-`);
afterAll(() => rm(root, { recursive: true }));

const SIZE = 12;
const A_SHARD = 4;

/** Pictures of noise, of which number 5 of the training part cannot be read. */
function part(split: Split, length: number): Dataset {
  return defineDataset({ name: 'noise', split, length, classes: ['a', 'b, c', 'd'], channels: 3, nameOf: (index) => `${split}/${index}.png` }, (index) => {
    if (split === 'train' && index === 5) throw new FormatError({ code: 'FILE_CORRUPT', message: 'train/5.png: torn' });
    const draws = new RandomStream(3, split).at(index);
    return { image: { width: 20, height: 15, channels: 3, data: Uint8Array.from({ length: 900 }, () => draws.integer(256)) }, label: index % 3 };
  });
}

async function prepare(name: string, { train, test }: DatasetSplits): Promise<string> {
  const folder = `${root}/${name}`;
  await mkdir(folder);
  const write = (files: readonly { name: string; bytes: Uint8Array }[]) => Promise.all(files.map((file) => writeFile(`${folder}/${file.name}`, file.bytes)));
  for (const dataset of [train, test]) {
    const order = prepareOrder(dataset.split, dataset.length, 1);
    for (let first = 0; first < order.length; first += A_SHARD) {
      await write((await prepareShard(dataset, order.subarray(first, first + A_SHARD), { size: SIZE, shard: first / A_SHARD, first })).files);
    }
  }
  const shards = { train: Math.ceil(train.length / A_SHARD), test: Math.ceil(test.length / A_SHARD) };
  const { files } = await prepareIndex({ name: train.name, classes: train.classes, size: SIZE, shards, read: (file) => readFile(`${folder}/${file}`) });
  await write(files);
  return folder;
}

const source = { train: part('train', 11), test: part('test', 5) };
const folder = await prepare('good', source);

describe('openPrepared', () => {
  it('gives every image that could be read, in the order of the shards, by its name in the source', async () => {
    const { train, test } = await openPrepared(folder);
    for (const [dataset, length] of [[train, 10], [test, 5]] as const) {
      const order = [...prepareOrder(dataset.split, source[dataset.split].length, 1)].filter((index) => dataset.split === 'test' || index !== 5);
      expect({ ...dataset, length: order.length }).toMatchObject({ name: 'noise', length, classes: ['a', 'b, c', 'd'], channels: 3, width: SIZE, height: SIZE });
      expect(order.map((_, i) => dataset.nameOf(i))).toEqual(order.map((index) => `${dataset.split}/${index}.png`));
      // Not one after the other.
      for (const i of [length - 1, 0, 3, 4]) expect((await dataset.item(i)).label).toBe(order[i] % 3);
    }
    await expect(train.item(10)).rejects.toMatchObject({ code: 'OPTION_INVALID' });
  });

  it('gives the pixels of the JPEG in the tar, many at once', async () => {
    const { train } = await openPrepared(folder, { concurrency: 3 });
    const { sidecar, files } = await prepareShard(source.train, prepareOrder('train', 11, 1).subarray(8), { size: SIZE });
    const items = await Promise.all(Array.from({ length: 10 }, (_, i) => train.item(i)));
    const { offset, size } = sidecar.images[0];
    const first = train.length - sidecar.images.length;
    expect(items[first]).toEqual({ image: await decodeImage(files[0].bytes.subarray(offset, offset + size), 'x'), label: sidecar.images[0].label });
  });

  it('has the statistics that its training images have, to the bit', async () => {
    const { train, statistics } = await openPrepared(folder);
    expect(statistics).toEqual(await datasetStatistics(train));
  });

  it('has the hash that the JPEGs have, as has whoever reads the shards as what they are', async () => {
    for (const dataset of Object.values(await openPrepared(folder)).slice(0, 2) as Dataset[]) {
      const lines = [JSON.stringify(dataset.classes)];
      for (let shard = 0; shard * A_SHARD < source[dataset.split].length; shard++) {
        const stem = `${folder}/${dataset.split}-00000${shard}`;
        const tar = await readFile(`${stem}.tar`);
        const { images } = JSON.parse(await readFile(`${stem}.json`, 'utf8')) as { images: { offset: number; size: number; label: number }[] };
        for (const { offset, size, label } of images) lines.push(`${label} ${await sha256(tar.subarray(offset, offset + size))}`);
      }
      expect(await dataset.hash()).toBe(await sha256(new TextEncoder().encode(lines.join('\n'))));
      const asShards = (await openWebDataset(folder, { classes: dataset.classes }))[dataset.split];
      expect(await asShards.hash()).toBe(await dataset.hash());
    }
  });

  it('is what loadDataset opens as shards:PATH', async () => {
    const { train, test, ...rest } = await loadDataset(`shards:${folder}`);
    expect([train.length, test.length, Object.keys(rest)]).toEqual([10, 5, ['statistics']]);
  });
});

/** What comes of opening a copy of the good folder, all of which is read, after `change` was done to it. */
async function openChanged(change: (path: string) => Promise<unknown>): Promise<unknown> {
  const path = `${root}/changed`;
  await rm(path, { recursive: true, force: true });
  await mkdir(path);
  for (const name of names) await writeFile(`${path}/${name}`, await readFile(`${folder}/${name}`));
  await change(path);
  try {
    const { train, test } = await openPrepared(path);
    for (const dataset of [train, test]) for (let i = 0; i < dataset.length; i++) await dataset.item(i);
    return 'fine';
  } catch (error) {
    return error;
  }
}
const names = ['index.json', 'mean-image.f32', ...['train-000000', 'train-000001', 'train-000002', 'test-000000', 'test-000001'].flatMap((stem) => [`${stem}.tar`, `${stem}.json`])];

/** Replaces text in a file. */
const edit = (file: string, from: string | RegExp, to: string) => async (path: string) => {
  const before = await readFile(`${path}/${file}`, 'utf8');
  const after = before.replace(from, to);
  expect(after).not.toBe(before);
  await writeFile(`${path}/${file}`, after);
};
const message = async (change: (path: string) => Promise<unknown>) => {
  const error = await openChanged(change);
  expect(error).toBeInstanceOf(FormatError);
  return (error as FormatError).message.replaceAll(`${root}/changed`, 'OUT').replace(/ {2}code: /, '  ');
};

describe('openPrepared of a bad folder', () => {
  it('takes the copy itself', async () => {
    expect(await openChanged(() => Promise.resolve())).toBe('fine');
  });

  it('says which file is missing', async () => {
    await expect(openPrepared(`${root}/nowhere`)).rejects.toMatchObject({ code: 'FILE_MISSING' });
    expect(await message((path) => rm(`${path}/index.json`))).toMatchInlineSnapshot(`
      "OUT: no prepared data, for there is no index.json in it.
        help: if its preparation was stopped, start it again: it goes on where it was.
        FILE_MISSING"
    `);
    expect(await message((path) => rm(`${path}/test-000001.tar`))).toMatchInlineSnapshot(`
      "OUT/test-000001.tar: there is no such file or folder.
        FILE_MISSING"
    `);
    expect(await message((path) => rm(`${path}/train-000001.json`))).toMatchInlineSnapshot(`
      "OUT/train-000001.json: there is no such file or folder.
        FILE_MISSING"
    `);
  });

  it('checks the index', async () => {
    expect(await message(edit('index.json', '{', '['))).toContain('OUT/index.json: no JSON: ');
    expect(await message(edit('index.json', '"layout": 1', '"layout": 2'))).toMatchInlineSnapshot(`
      "OUT/index.json: layout 2, but only layout 1 is read.
        help: prepare the data again, or read it with a newer version.
        FILE_UNSUPPORTED"
    `);
    expect(await message(edit('index.json', '"size": 12', '"size": 1e9'))).toMatchInlineSnapshot(`
      "OUT/index.json: size is 1000000000, but must be a whole number from 1 to 2048.
        help: prepare the data again.
        FILE_CORRUPT"
    `);
    expect(await message(edit('index.json', 'train-000001.tar', '../secret.tar'))).toMatchInlineSnapshot(`
      "OUT/index.json: parts.train.shards[1].file is "../secret.tar", but must be "train-000001.tar".
        help: prepare the data again.
        FILE_CORRUPT"
    `);
    expect(await message(edit('index.json', '"images": 10', '"images": 11'))).toMatchInlineSnapshot(`
      "OUT/index.json: parts.train.images is 11, but must be a whole number from 10 to 10.
        help: prepare the data again.
        FILE_CORRUPT"
    `);
    expect(await message(edit('index.json', /"classes": \[[^\]]*\]/, '"classes": ["a"]'))).toMatchInlineSnapshot(`
      "train/8.png: label 2, but there are 1 classes (0 to 0).
        FILE_LABEL"
    `);
    expect(await message(edit('index.json', /"hash": "./, '"hash": "'))).toContain('OUT/index.json: parts.train.hash is "');
    expect(await message(edit('index.json', '"quality": 95', '"quality": -1'))).toContain('quality is -1');
    expect(await message(edit('index.json', /"mean": \[\n *[\d.]+/, '"mean": [1000'))).toContain('statistics.mean[0] is 1000, but must be a number from 0 to 255.');
  });

  it('checks what lies beside a shard', async () => {
    const beside = 'train-000001.json';
    expect(await message(edit(beside, /"offset":\d+/, '"offset":1e12'))).toMatchInlineSnapshot(`
      "OUT/train-000001.json: images[0].offset is 1000000000000, but must be a whole number from 0 to 10240.
        help: prepare the data again.
        FILE_CORRUPT"
    `);
    expect(await message(edit(beside, /"size":\d+/, '"size":1000000'))).toContain('OUT/train-000001.json: images[0].size is 1000000, but must be a whole number from 1 to ');
    expect(await message(edit(beside, /"label":\d+/, '"label":-1'))).toContain('images[0].label is -1');
    expect(await message(edit(beside, /"label":\d+/, '"label":3'))).toContain('label 3, but there are 3 classes (0 to 2).');
    expect(await message(edit(beside, /"bytes": \d+/, '"bytes": 3000000'))).toContain('OUT/train-000001.json: 3000000 bytes of the shard, but the index says');
    expect(await message(edit(beside, /\{"key".*\},\n/, ''))).toMatch(/OUT\/train-000001.json: \d images, but the index says \d\./);
  });

  it('checks the shards and every image', async () => {
    expect(await message(async (path) => writeFile(`${path}/test-000000.tar`, (await readFile(`${path}/test-000000.tar`)).subarray(0, 1000)))).toMatch(/^OUT\/test-000000.tar: 1000 bytes, but the index says \d+\.\n/);
    const flipped = await message(async (path) => {
      const tar = await readFile(`${path}/train-000002.tar`);
      tar[512 + 300] ^= 1;
      await writeFile(`${path}/train-000002.tar`, tar);
    });
    expect(flipped).toMatch(/^OUT\/train-000002.tar: the image at byte 512 \(train\/\d+.png\) is not the one that was put there, for its SHA-256 differs.\n/);
    expect(await message((path) => writeFile(`${path}/mean-image.f32`, new Uint8Array(12)))).toMatchInlineSnapshot(`
      "OUT/mean-image.f32: 12 bytes, but it should have 1728.
        help: prepare the data again.
        FILE_SIZE"
    `);
    expect(await message((path) => writeFile(`${path}/mean-image.f32`, new Uint8Array(4 * SIZE * SIZE * 3).fill(255)))).toContain('NaN at byte 0');
  });

  it('never gives anything but a FormatError, whatever is changed in index and sidecars', async () => {
    const draws = new RandomStream(5, 'changes').at();
    const outcomes = new Map<string, number>();
    for (let i = 0; i < 150; i++) {
      const outcome = await openChanged(async (path) => {
        const file = `${path}/${['index.json', 'train-000000.json', 'test-000001.json'][draws.integer(3)]}`;
        const text = await readFile(file, 'latin1');
        const at = draws.integer(text.length);
        const changed = [text.slice(0, at), `${text.slice(0, at)}${String.fromCharCode(draws.integer(256))}${text.slice(at + 1)}`, text.slice(0, at) + text.slice(at + draws.integer(40))][draws.integer(3)];
        await writeFile(file, changed, 'latin1');
      });
      if (outcome !== 'fine') expect(outcome).toBeInstanceOf(FormatError);
      const kind = outcome instanceof FormatError ? outcome.code : 'fine';
      outcomes.set(kind, (outcomes.get(kind) ?? 0) + 1);
    }
    expect(outcomes.get('FILE_CORRUPT')).toBeGreaterThan(100);
  }, 120_000);
});
