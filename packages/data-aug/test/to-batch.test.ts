import { expect, it } from 'vitest';

import { toBatch } from '@convkit/data-aug';
import { floatImage, image } from './images.js';

it('puts images one after the other, as [N, height, width, channels]', () => {
  const images = [image(3, 2, 3, 1), floatImage(3, 2, 3, (i) => -i / 2), image(3, 2, 3, 2)];
  const batch = toBatch(images);
  expect(batch.shape).toEqual([3, 2, 3, 3]);
  expect([...batch.data]).toEqual(images.flatMap(({ data }) => [...data]));
});

it('fills an array that is used again', () => {
  const images = [image(2, 2, 1, 1), image(2, 2, 1, 2)];
  const into = new Float32Array(8).fill(-1);
  const batch = toBatch(images, into);
  expect(batch.data).toBe(into);
  expect(batch).toEqual(toBatch(images));
  expect(() => toBatch(images, new Float32Array(9))).toThrow('shape [2, 2, 2, 1] holds 8 numbers, but 9 were given');
});

it('refuses images of different sizes, and none', () => {
  expect(() => toBatch([image(3, 2, 3), image(2, 3, 3)])).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: toBatch: image 1 differs from image 0.
      image 0 2x3x3
      image 1 3x2x3
      help: crop or resize all images to one size first.
      code: SHAPE_MISMATCH]
  `);
  expect(() => toBatch([image(3, 2, 3), image(3, 2, 1)])).toThrow('toBatch: image 1 differs from image 0.');
  expect(() => toBatch([])).toThrow('toBatch: there are no images.');
  expect(() => toBatch([{ ...image(3, 2, 3), data: new Uint8Array(17) }])).toThrow('toBatch: an image of 2x3x3 holds 18 values, but its data has 17.');
});
