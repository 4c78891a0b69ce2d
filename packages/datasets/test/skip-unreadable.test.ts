import { ConvkitError, FormatError } from '@convkit/tensor';
import { expect, it } from 'vitest';

import { defineDataset, skipUnreadable, type UnreadableExample } from '@convkit/datasets';

const bad = (index: number) => new FormatError({ code: 'FILE_CORRUPT', message: `${index}.jpg: no good image.`, help: 'get it again.' });

/** Ten examples whose pixel is their index; those in the list cannot be read. */
function photos(unreadable: readonly number[], error: (index: number) => Error = bad) {
  const read: number[] = [];
  const about = { name: 'photos', split: 'train', length: 10, classes: ['a', 'b'], channels: 1, width: 1, height: 1, nameOf: (i: number) => `${i}.jpg`, hash: async () => 'kept' } as const;
  const data = defineDataset(about, async (index) => {
    read.push(index);
    await new Promise((resolve) => setTimeout(resolve));
    if (unreadable.includes(index)) throw error(index);
    return { image: { width: 1, height: 1, channels: 1, data: Uint8Array.of(index) }, label: index % 2 };
  });
  return { data, read };
}

it('puts the next readable example in order in the place of one that cannot be read', async () => {
  const { data } = photos([2, 3, 9]);
  const skipping = skipUnreadable(data);
  expect(skipping).toMatchObject({ name: 'photos', split: 'train', length: 10, classes: ['a', 'b'], channels: 1, width: 1, height: 1 });
  expect([skipping.nameOf(2), await skipping.hash()]).toEqual(['2.jpg', 'kept']);
  const order = [9, 3, 2, 0, 1, 4, 5, 6, 7, 8, 2, 9];
  const found = await Promise.all(order.map((index) => skipping.item(index)));
  expect(found.map(({ image, label }) => [image.data[0], label])).toEqual([0, 4, 4, 0, 1, 4, 5, 6, 7, 8, 4, 0].map((index) => [index, index % 2]));
});

it('tells each of them once, however often and by how many it is asked for, and reads it no more', async () => {
  const { data, read } = photos([2, 3]);
  const skipped: UnreadableExample[] = [];
  const skipping = skipUnreadable(data, { onSkip: (example) => skipped.push(example) });
  await Promise.all([2, 2, 3, 2].map((index) => skipping.item(index)));
  expect(skipped).toEqual([2, 3].map((index) => ({ index, name: `${index}.jpg`, reason: `${index}.jpg: no good image.` })));
  read.length = 0;
  await skipping.item(2);
  expect(read).toEqual([4]);
  expect(skipped).toHaveLength(2);
});

it('throws the first error if nothing can be read', async () => {
  const { data } = photos([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  const skipping = skipUnreadable(data);
  for (const index of [7, 7, 0]) await expect(skipping.item(index)).rejects.toMatchObject({ name: 'FormatError', summary: `${index}.jpg: no good image.` });
});

it('skips nothing but bad files', async () => {
  const { data } = photos([2], () => new ConvkitError({ code: 'PEER_MISSING', message: 'no sharp.' }));
  const skipping = skipUnreadable(data);
  await expect(skipping.item(2)).rejects.toMatchObject({ code: 'PEER_MISSING' });
  await expect(skipping.item(10)).rejects.toMatchObject({ code: 'OPTION_INVALID' });
});
