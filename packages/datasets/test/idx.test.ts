import { gzipSync } from 'node:zlib';

import { describe, expect, it } from 'vitest';

import { FormatError } from '@convkit/tensor';

import { fashionMnist, loadFashionMnist } from '@convkit/dataset-fashion-mnist';
import { idxDataset, readIdx } from '@convkit/datasets';

function idx(shape: readonly number[], data: readonly number[]): Uint8Array {
  const head = new DataView(new ArrayBuffer(4 + 4 * shape.length));
  head.setUint32(0, 0x800 + shape.length);
  shape.forEach((size, axis) => head.setUint32(4 + 4 * axis, size));
  return new Uint8Array([...new Uint8Array(head.buffer), ...data]);
}

const named = (name: string, bytes: Uint8Array) => ({ name, bytes });
const count = (n: number) => Array.from({ length: n }, (_, i) => (i * 7) % 256);

describe('readIdx', () => {
  it('reads any number of axes', async () => {
    for (const shape of [[], [3], [2, 3], [2, 3, 4], [2, 3, 4, 3]]) {
      const data = count(shape.reduce((a, b) => a * b, 1));
      const read = await readIdx(named('a', idx(shape, data)));
      expect(read.shape).toEqual(shape);
      expect([...read.data]).toEqual(data);
    }
  });

  it('reads gzip and streams cut at any byte', async () => {
    const plain = idx([2, 2, 2], count(8));
    for (const bytes of [plain, new Uint8Array(gzipSync(plain))]) {
      for (const size of [1, 2, 3, 5, 1000]) {
        let at = 0;
        const stream = new ReadableStream<Uint8Array>({
          pull: (controller) => (at < bytes.length ? controller.enqueue(bytes.subarray(at, (at += size))) : controller.close()),
        });
        expect([...(await readIdx({ name: 'a', bytes: stream })).data]).toEqual(count(8));
      }
    }
  });

  it('names what is wrong and where', async () => {
    const good = idx([2, 3], count(6));
    const message = async (bytes: Uint8Array, maxBytes?: number): Promise<string> => {
      const error: unknown = await readIdx(named('a.idx', bytes), maxBytes === undefined ? {} : { maxBytes }).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(FormatError);
      return (error as FormatError).message;
    };
    expect(await message(new Uint8Array())).toMatchInlineSnapshot(`
      "a.idx: ends at byte 0, but the header should reach to byte 4.
        help: the file is torn or not what its header says: get it again.
        code: FILE_TRUNCATED"
    `);
    expect(await message(good.subarray(0, 7))).toMatchInlineSnapshot(`
      "a.idx: ends at byte 7, but the header of 2 axes should reach to byte 12.
        help: the file is torn or not what its header says: get it again.
        code: FILE_TRUNCATED"
    `);
    expect(await message(good.subarray(0, 15))).toMatchInlineSnapshot(`
      "a.idx: ends at byte 15, but the data of 2 x 3 should reach to byte 18.
        help: the file is torn or not what its header says: get it again.
        code: FILE_TRUNCATED"
    `);
    expect(await message(new Uint8Array([...good, 0]))).toMatchInlineSnapshot(`
      "a.idx: should end at byte 18, but goes on.
        help: the file is not what its header says: get it again.
        code: FILE_SIZE"
    `);
    expect(await message(new TextEncoder().encode('GIF89a'))).toMatchInlineSnapshot(`
      "a.idx: no IDX file.
        at byte 0 47 49 46 38
        expected  00 00 08, then the number of axes
        code: FILE_MAGIC"
    `);
    expect(await message(new Uint8Array([0, 0, 0x0d, 1, 0, 0, 0, 1, 0, 0, 0, 0]))).toMatchInlineSnapshot(`
      "a.idx: IDX type 0x0d at byte 2, but only unsigned bytes (0x08) are read.
        code: FILE_UNSUPPORTED"
    `);
    expect(await message(idx([0xffffffff, 0xffffffff, 0xffffffff], []))).toMatchInlineSnapshot(`
      "a.idx: the content is larger than 1073741824 bytes.
        help: if the file is to be trusted, raise maxBytes.
        code: FILE_TOO_LARGE"
    `);
    expect(await message(good, 17)).toMatchInlineSnapshot(`
      "a.idx: the content is larger than 17 bytes.
        help: if the file is to be trusted, raise maxBytes.
        code: FILE_TOO_LARGE"
    `);
    const zipped = new Uint8Array(gzipSync(good));
    expect(await message(zipped.subarray(0, zipped.length - 9))).toMatchInlineSnapshot(`
      "a.idx: the compressed data is broken or torn; 18 bytes could be unpacked.
        help: get the file again.
        code: FILE_CORRUPT"
    `);
    expect(await message(zipped.map((byte, i) => (i === 14 ? byte ^ 0xff : byte)))).toContain('code: FILE_CORRUPT');
  });

  it('stops at a gzip bomb long before it is unpacked', async () => {
    const read = async (head: Uint8Array, maxBytes: number) => {
      const bomb = new Uint8Array(gzipSync(Buffer.concat([head, Buffer.alloc(100e6)]), { level: 1 }));
      let at = 0;
      const stream = new ReadableStream<Uint8Array>({
        pull: (controller) => (at < bomb.length ? controller.enqueue(bomb.subarray(at, (at += 1000))) : controller.close()),
      });
      const error: unknown = await readIdx({ name: 'bomb.gz', bytes: stream }, { maxBytes }).catch((reason: unknown) => reason);
      expect(at).toBeLessThan(bomb.length / 4);
      return (error as FormatError).code;
    };
    expect(await read(idx([4, 4], count(16)), 2 ** 30)).toBe('FILE_SIZE');
    expect(await read(idx([100e6], []), 1e6)).toBe('FILE_TOO_LARGE');
    expect(await read(new Uint8Array([1]), 2 ** 30)).toBe('FILE_MAGIC');
  });
});

describe('idxDataset', () => {
  const images = named('images', idx([3, 2, 2], count(12)));
  const labels = named('labels', idx([3], [2, 0, 1]));

  it('pairs images and labels in file order', async () => {
    const data = await idxDataset({ name: 'tiny', split: 'train', images, labels });
    expect(data).toMatchObject({ name: 'tiny', split: 'train', length: 3, classes: ['0', '1', '2'], channels: 1, width: 2, height: 2 });
    expect(await data.item(1)).toEqual({ image: { width: 2, height: 2, channels: 1, data: new Uint8Array(count(12).slice(4, 8)) }, label: 0 });
  });

  it('takes colour images with channels last', async () => {
    const colour = named('colour', idx([1, 2, 1, 3], count(6)));
    const data = await idxDataset({ name: 'tiny', split: 'test', images: colour, labels: named('labels', idx([1], [1])), classes: ['a', 'b'] });
    expect(data).toMatchObject({ channels: 3, width: 1, height: 2, classes: ['a', 'b'] });
    expect([...(await data.item(0)).image.data]).toEqual(count(6));
  });

  it('refuses pairs that do not fit', async () => {
    const open = (over: object) => idxDataset({ name: 'tiny', split: 'train', images, labels, ...over }).then(String, (error: unknown) => (error as Error).message);
    expect(await open({ labels: named('labels', idx([2], [0, 1])) })).toMatchInlineSnapshot(`
      "labels: 2 labels, but images has 3 images.
        code: FILE_SIZE"
    `);
    expect(await open({ labels: images })).toMatchInlineSnapshot(`
      "images: axes 3 x 2 x 2, but labels have 1 axis.
        code: FILE_UNSUPPORTED"
    `);
    expect(await open({ images: labels })).toMatchInlineSnapshot(`
      "labels: axes 3, but images have 3 axes (images, rows, columns) or 4 with 1 or 3 channels last.
        code: FILE_UNSUPPORTED"
    `);
    expect(await open({ classes: ['cat', 'dog'] })).toMatchInlineSnapshot(`
      "labels: label 2 at byte 8, but there are 2 classes (0 to 1).
        code: FILE_LABEL"
    `);
    expect(await open({ images: named('images', idx([3, 0, 2], [])) })).toMatchInlineSnapshot(`
      "images: axes 3 x 0 x 2 hold no pixel.
        code: FILE_EMPTY"
    `);
    expect(await open({ images: named('images', idx([3, 1, 1, 2], count(6))) })).toMatchInlineSnapshot(`
      "images: axes 3 x 1 x 1 x 2, but images have 3 axes (images, rows, columns) or 4 with 1 or 3 channels last.
        code: FILE_UNSUPPORTED"
    `);
  });

  it('refuses an index that does not exist', async () => {
    const data = await idxDataset({ name: 'tiny', split: 'train', images, labels });
    await expect(data.item(3)).rejects.toThrow('tiny/train: item 3 was asked for, but items go from 0 to 2.');
    await expect(data.item(0.5)).rejects.toMatchObject({ code: 'OPTION_INVALID' });
  });

  it('reads Fashion-MNIST as it is shipped', async () => {
    const files = await loadFashionMnist();
    const train = await idxDataset({ name: 'fashion-mnist', split: 'train', classes: fashionMnist.classes, ...files.train });
    const test = await idxDataset({ name: 'fashion-mnist', split: 'test', classes: fashionMnist.classes, ...files.test });
    expect([train.length, test.length, train.width, train.height, train.channels]).toEqual([60_000, 10_000, 28, 28, 1]);
    const first = await Promise.all(Array.from({ length: 8 }, async (_, i) => (await train.item(i)).label));
    expect(first.map((label) => train.classes[label])).toMatchInlineSnapshot(`
      [
        "Ankle boot",
        "T-shirt/top",
        "T-shirt/top",
        "Dress",
        "T-shirt/top",
        "Pullover",
        "Sneaker",
        "Pullover",
      ]
    `);
  });
});
