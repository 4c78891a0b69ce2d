import fc from 'fast-check';
import { expect, it } from 'vitest';

import { RandomStream } from '@convkit/tensor';

import { centreCrop, crop, randomCrop } from '@convkit/data-aug';
import { anyImage, at, image } from './images.js';
import { chiSquare } from './statistics.js';

it('takes each pixel from where the box says, and keeps the kind of image', () => {
  fc.assert(
    fc.property(anyImage, fc.nat(), fc.nat(), fc.nat(), fc.nat(), (whole, a, b, c, d) => {
      const height = 1 + (a % whole.height);
      const width = 1 + (b % whole.width);
      const y = c % (whole.height - height + 1);
      const x = d % (whole.width - width + 1);
      const part = crop(whole, { y, x, height, width });
      expect(part.data.constructor).toBe(whole.data.constructor);
      for (let i = 0; i < height; i++) for (let j = 0; j < width; j++) for (let k = 0; k < whole.channels; k++) expect(at(part, i, j, k)).toBe(at(whole, y + i, x + j, k));
    }),
  );
});

it('centres with the smaller half of the border above and on the left', () => {
  const whole = image(7, 6, 1);
  expect(centreCrop(whole, { width: 4, height: 3 })).toEqual(crop(whole, { y: 1, x: 1, width: 4, height: 3 }));
  expect(centreCrop(image(25, 25, 3), 22)).toEqual(crop(image(25, 25, 3), { y: 1, x: 1, width: 22, height: 22 }));
});

// 33 x 33 places are 1089 cells, 100 draws expected in each: a chi-square of 1088 degrees of freedom, mean 1088, standard deviation 47; P(above 1275) < 0.0001.
it('draws every one of 33 x 33 places, each as likely', () => {
  const counts = new Float64Array(33 * 33);
  const stream = new RandomStream(3, 'crop');
  const random = randomCrop(224);
  for (let i = 0; i < 100 * counts.length; i++) {
    const box = random.draw({ width: 256, height: 256 }, stream.at(0, i));
    if (box.width !== 224 || box.height !== 224) expect.fail(`a crop of ${box.height}x${box.width}`);
    counts[box.y * 33 + box.x]++;
  }
  expect(counts.reduce((sum, count) => sum + count)).toBe(100 * counts.length);
  expect(chiSquare(counts, 100)).toBeLessThan(1275);
});

it('draws nothing but the corner where there is no border', () => {
  expect(randomCrop({ width: 4, height: 3 }).draw({ width: 4, height: 3 }, new RandomStream(1, 'crop').at())).toEqual({ y: 0, x: 0, width: 4, height: 3 });
});

it('says what does not fit', () => {
  expect(() => crop(image(4, 4, 1), { y: 2, x: 0, height: 3, width: 1 })).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: crop: the box does not lie inside the image.
      image 4x4x1
      box   y 2, x 0, height 3, width 1
      help: resize the image first, or take a smaller box.
      code: SHAPE_MISMATCH]
  `);
  expect(() => crop(image(4, 4, 1), { y: 0.5, x: 0, height: 3, width: 1 })).toThrow('crop: the box does not lie inside the image.');
  expect(() => crop(image(4, 4, 1), { y: -1, x: 0, height: 3, width: 1 })).toThrow('crop: the box does not lie inside the image.');
  expect(() => centreCrop(image(4, 4, 1), 5)).toThrow('crop: the box does not lie inside the image.');
  expect(() => randomCrop(5).draw({ width: 6, height: 4 }, new RandomStream(1, 'crop').at())).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: randomCrop: the image is smaller than the crop.
      image 4x6
      crop  5x5
      help: resize the image first, or take a smaller crop.
      code: SHAPE_MISMATCH]
  `);
  expect(() => randomCrop(0)).toThrowErrorMatchingInlineSnapshot(`
    [OptionError: randomCrop: size is 0x0, but must be made of whole numbers of at least 1.
      code: OPTION_INVALID]
  `);
  expect(() => crop({ ...image(4, 4, 1), width: 5 }, { y: 0, x: 0, height: 1, width: 1 })).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: crop: an image of 4x5x1 holds 20 values, but its data has 16.
      code: SHAPE_MISMATCH]
  `);
  expect(() => crop({ ...image(4, 4, 1), height: 0 }, { y: 0, x: 0, height: 1, width: 1 })).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: crop: width, height and channels of an image must be whole numbers of at least 1.
      image 0x4x1
      code: SHAPE_INVALID]
  `);
});
