import { describe, expect, it } from 'vitest';

import { imageDataset, type ImageDatasetOptions } from '@convkit/datasets';

describe('imageDataset', () => {
  it('has only a few files in hand at a time, and goes on after a failure', async () => {
    let now = 0;
    let most = 0;
    const files = Array.from({ length: 20 }, (_, i) => ({ name: String(i), label: 0, read: () => Promise.resolve(new Uint8Array([i])) }));
    const options: ImageDatasetOptions = {
      name: 'x',
      split: 'train',
      classes: ['a'],
      concurrency: 3,
      files,
      async decode(bytes) {
        most = Math.max(most, ++now);
        await new Promise((resolve) => setTimeout(resolve, 1));
        now--;
        if (bytes[0] === 4) throw new Error('four');
        return { width: 1, height: 1, channels: 1, data: bytes };
      },
    };
    const data = imageDataset(options);
    const results = await Promise.allSettled(files.map((_, i) => data.item(i)));
    expect(most).toBe(3);
    expect(results.map((result) => (result.status === 'fulfilled' ? result.value.image.data[0] : -1))).toEqual(files.map((_, i) => (i === 4 ? -1 : i)));
  });

  it('refuses what cannot be', () => {
    const file = { name: 'f', label: 1, read: () => Promise.resolve(new Uint8Array()) };
    const about = { name: 'x', split: 'train', classes: ['a'] } as const;
    expect(() => imageDataset({ ...about, files: [file] })).toThrowErrorMatchingInlineSnapshot(`
      [FormatError: f: label 1, but there are 1 classes (0 to 0).
        code: FILE_LABEL]
    `);
    expect(() => imageDataset({ ...about, files: [] })).toThrow('x/train: there are no images.');
    expect(() => imageDataset({ ...about, files: [{ ...file, label: 0 }], concurrency: 0 })).toThrow('imageDataset: concurrency is 0, but must be a whole number of at least 1.');
  });

  it('takes files from anything that makes them by number', async () => {
    const asked: number[] = [];
    const at = (index: number) => ({ name: `file ${index}`, label: index % 2, read: () => Promise.resolve(new Uint8Array([asked.push(index), index])) });
    const decode = (bytes: Uint8Array) => Promise.resolve({ width: 1, height: 1, channels: 1, data: bytes.subarray(1) });
    const data = imageDataset({ name: 'x', split: 'train', classes: ['a', 'b'], files: { length: 3, at }, decode });
    expect(asked).toEqual([]);
    expect([data.nameOf(2), await data.item(1)]).toMatchObject(['file 2', { label: 1, image: { data: Uint8Array.of(1) } }]);
    await expect(data.item(3)).rejects.toMatchObject({ code: 'OPTION_INVALID' });
    expect(asked).toEqual([1]);
  });
});
