import { centreCrop, PixelSums, resizeShortSide, type Image } from '@convkit/data-aug';
import { FormatError, RandomStream, sha256 } from '@convkit/tensor';
import { unpackTar } from 'modern-tar';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';

import { decodeImage, defineDataset, parseSidecar, prepareOrder, prepareShard, type Dataset, type Split } from '@convkit/datasets';

const text = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes);

/** A picture with soft shapes, for which JPEG is made. */
function picture(index: number, width = 30 + index, height = 40, channels = 3): Image {
  return { width, height, channels, data: Uint8Array.from({ length: width * height * channels }, (_, i) => 128 + 100 * Math.sin(i / (50 + 7 * index)) * Math.cos(index + (i % channels))) };
}

/** Ten pictures, of which those of `broken` cannot be read. */
function pictures(split: Split = 'train', broken: readonly number[] = []): Dataset {
  return defineDataset({ name: 'pictures', split, length: 10, classes: ['even', 'odd'], channels: 3, nameOf: (index) => `some where/${index}.jpg` }, (index) => {
    if (broken.includes(index)) throw new FormatError({ code: 'FILE_CORRUPT', message: `/home/some where/${index}.jpg: no good image: torn`, help: 'none' });
    return { image: picture(index), label: index % 2 };
  });
}

describe('prepareShard', () => {
  it('writes a tar of KEY.jpg and KEY.cls that others read, in the order of the indices', async () => {
    const { files, sidecar } = await prepareShard(pictures(), [7, 2, 9], { size: 16, shard: 4, first: 4000 });
    expect(files.map(({ name }) => name)).toEqual(['train-000004.tar', 'train-000004.sums', 'train-000004.json']);
    const entries = await unpackTar(files[0].bytes, { strict: true });
    expect(entries.map(({ header: { name, type, mode, mtime, uid, uname, size }, data }) => ({ name, type, mode, time: mtime?.getTime(), uid, uname, size, length: data?.length }))).toEqual(
      ['00004000.jpg', '00004000.cls', '00004001.jpg', '00004001.cls', '00004002.jpg', '00004002.cls'].map((name, i) => {
        const size = i % 2 === 1 ? 1 : sidecar.images[i / 2].size;
        return { name, type: 'file', mode: 0o644, time: 0, uid: 0, uname: '', size, length: size };
      }),
    );
    expect(entries.filter((_, i) => i % 2 === 1).map(({ data }) => text(data))).toEqual(['1', '0', '1']);
    expect(sidecar.images.map(({ key, name, label }) => [key, name, label])).toEqual([['00004000', 'some where/7.jpg', 1], ['00004001', 'some where/2.jpg', 0], ['00004002', 'some where/9.jpg', 1]]);
    for (const [i, { offset, size, sha256: digest }] of sidecar.images.entries()) {
      expect(files[0].bytes.subarray(offset, offset + size)).toEqual(new Uint8Array(entries[2 * i].data ?? []));
      expect(await sha256(files[0].bytes.subarray(offset, offset + size))).toBe(digest);
    }
    expect(sidecar.bytes).toBe(files[0].bytes.length);
    expect(parseSidecar('again', files[2].bytes)).toEqual(sidecar);
  });

  it('makes JPEGs, 4:2:0 and of the quality that is asked for, of the middle square', async () => {
    for (const quality of [95, 40]) {
      const { files, sidecar } = await prepareShard(pictures(), [3], { size: 24, quality });
      const { offset, size } = sidecar.images[0];
      const jpeg = files[0].bytes.slice(offset, offset + size);
      const square = centreCrop(resizeShortSide(picture(3), 24), 24);
      expect(jpeg).toEqual(new Uint8Array(await sharp(square.data, { raw: { width: 24, height: 24, channels: 3 } }).jpeg({ quality }).toBuffer()));
      expect(await sharp(jpeg).metadata()).toMatchObject({ format: 'jpeg', width: 24, height: 24, channels: 3, chromaSubsampling: '4:2:0', isProgressive: false });
    }
    const { sidecar } = await prepareShard(pictures(), [3]);
    expect(sidecar.totals.pixels).toBe(256 * 256);
  });

  it('counts the pixels as they are decoded again, value by value for the training part', async () => {
    const { files, sidecar } = await prepareShard(pictures(), [0, 1, 2], { size: 8 });
    const sums = new PixelSums(3);
    const values = new Array<number>(8 * 8 * 3).fill(0);
    for (const { offset, size } of sidecar.images) {
      const image = await decodeImage(files[0].bytes.subarray(offset, offset + size), 'image');
      sums.add(image);
      image.data.forEach((value, i) => (values[i] += value));
    }
    expect(sidecar.totals).toEqual(sums.totals);
    const view = new DataView(files[1].bytes.buffer);
    expect(values.map((_, i) => view.getUint32(4 * i, true))).toEqual(values);
    expect(files[1].bytes.length).toBe(4 * values.length);
    expect((await prepareShard(pictures('test'), [0], { size: 8 })).files.map(({ name }) => name)).toEqual(['test-000000.tar', 'test-000000.json']);
  });

  it('gives the same bytes every time, whatever the order in which images come in', async () => {
    const late: Dataset = { ...pictures(), item: async (index) => {
      await new Promise((resolve) => setTimeout(resolve, (index * 7) % 5));
      return pictures().item(index);
    } };
    const order = prepareOrder('train', 10, 1);
    const [a, b] = [await prepareShard(pictures(), order, { size: 16 }), await prepareShard(late, order, { size: 16 })];
    expect(b).toEqual(a);
    expect(text(a.files[2].bytes).split('\n').filter((line) => line.startsWith('{"key":'))).toHaveLength(10);
  });

  it('skips what cannot be read and says so, or fails when it is strict', async () => {
    let told = 0;
    const { sidecar } = await prepareShard(pictures('train', [4, 5]), [4, 6, 5, 7], { size: 8, onImage: () => told++ });
    expect(sidecar.images.map(({ key, name }) => [key, name])).toEqual([['00000001', 'some where/6.jpg'], ['00000003', 'some where/7.jpg']]);
    expect(sidecar.skipped).toEqual([{ name: 'some where/4.jpg', reason: 'no good image: torn' }, { name: 'some where/5.jpg', reason: 'no good image: torn' }]);
    expect(told).toBe(4);
    await expect(prepareShard(pictures('train', [4]), [6, 4], { size: 8, strict: true })).rejects.toThrow('some where/4.jpg: no good image');
    const all = await prepareShard(pictures('train', [4]), [4], { size: 8 });
    expect(all.sidecar).toMatchObject({ bytes: 1024, images: [], totals: { pixels: 0 } });
    const failing = { ...pictures(), item: () => Promise.reject(new RangeError('a bug')) };
    await expect(prepareShard(failing, [0], { size: 8 })).rejects.toThrow(RangeError);
  });

  it('takes grey pictures, one pixel and strips of any length', async () => {
    const odd = [picture(0, 9, 5, 1), picture(0, 1, 1), picture(0, 50_000, 1), picture(0, 2, 40_000)];
    const dataset = defineDataset({ name: 'odd', split: 'test', length: odd.length, classes: ['a'], channels: 3 }, (index) => ({ image: odd[index], label: 0 }));
    const { sidecar } = await prepareShard(dataset, [0, 1, 2, 3], { size: 12 });
    expect(sidecar.totals.pixels).toBe(4 * 144);
  });

  it('refuses options out of their range', async () => {
    for (const options of [{ size: 0 }, { size: 4096 }, { quality: 101 }, { quality: 0.5 }, { shard: -1 }, { first: 1e9 }]) {
      await expect(prepareShard(pictures(), [0], options), JSON.stringify(options)).rejects.toMatchObject({ code: 'OPTION_INVALID' });
    }
    await expect(prepareShard(pictures(), new Uint32Array(10_001))).rejects.toThrow('prepareShard: the number of images is 10001, but must be a whole number from 0 to 10000.');
  });
});

describe('prepareOrder', () => {
  it('is a random order of its part and seed', () => {
    const order = prepareOrder('train', 100, 1);
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect(order).toEqual(new RandomStream(1, 'prepare train').at().permutation(100));
    expect(prepareOrder('train', 100, 2)).not.toEqual(order);
    expect(prepareOrder('test', 100, 1)).not.toEqual(order);
  });
});
