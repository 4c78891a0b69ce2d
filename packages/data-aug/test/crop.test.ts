import fc from 'fast-check';
import { expect, it } from 'vitest';

import { RandomStream } from '@convkit/tensor';

import { centreCrop, crop, randomCrop } from '@convkit/data-aug';
import { anyImage, at, image } from './images.js';

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

// 33 x 33 offsets: two chi-squares of 32 degrees of freedom, and P(above 66) < 0.0004.
it('draws every offset that fits, each as likely', () => {
  const ys = new Float64Array(33);
  const xs = new Float64Array(33);
  const draws = 20_000;
  const stream = new RandomStream(3, 'crop');
  const random = randomCrop(224);
  for (let i = 0; i < draws; i++) {
    const box = random.draw({ width: 256, height: 256 }, stream.at(0, i));
    expect(box).toMatchObject({ width: 224, height: 224 });
    ys[box.y]++;
    xs[box.x]++;
  }
  for (const counts of [ys, xs]) {
    const chiSquare = counts.reduce((sum, count) => sum + (count - draws / 33) ** 2 / (draws / 33), 0);
    expect(chiSquare).toBeLessThan(66);
  }
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
