import { describe, expect, it } from 'vitest';

import { centreCrop, crop, scale, subtractMean } from '@convkit/data-aug';
import { floatImage, image } from './images.js';

const MEAN = floatImage(8, 8, 3, (i) => i / 3);

describe('subtractMean', () => {
  it('takes a mean image away, value by value', () => {
    const whole = image(8, 8, 3);
    subtractMean(whole, MEAN).data.forEach((value, i) => expect(value).toBeCloseTo(whole.data[i] - MEAN.data[i], 4));
  });

  it('takes the centre of a larger mean image, wherever the crop was', () => {
    const part = crop(image(8, 8, 3), { y: 0, x: 3, width: 5, height: 4 });
    expect(subtractMean(part, MEAN)).toEqual(subtractMean(part, centreCrop(MEAN, part)));
  });

  it('before a crop, meets each pixel with its own mean', () => {
    const box = { y: 1, x: 3, width: 5, height: 4 };
    const whole = image(8, 8, 3);
    expect(crop(subtractMean(whole, MEAN), box)).toEqual(subtractMean(crop(whole, box), crop(MEAN, box)));
  });

  it('takes one number per channel', () => {
    const whole = image(2, 2, 3);
    expect([...subtractMean(whole, [1, 20, 300]).data]).toEqual([...whole.data].map((value, i) => value - [1, 20, 300][i % 3]));
  });

  it('refuses means of another form', () => {
    expect(() => subtractMean(image(9, 8, 3), MEAN)).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: subtractMean: the mean image must have the channels of the image and at least its size.
        image 8x9x3
        mean  8x8x3
        code: SHAPE_MISMATCH]
    `);
    expect(() => subtractMean(image(8, 8, 1), MEAN)).toThrow('the mean image must have the channels of the image');
    expect(() => subtractMean(image(8, 8, 3), [1])).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: subtractMean: the image has 3 channels, but 1 means were given.
        code: SHAPE_MISMATCH]
    `);
  });
});

describe('scale', () => {
  it('multiplies by one factor or by one per channel', () => {
    const whole = image(2, 2, 3);
    expect([...scale(whole, 0.5).data]).toEqual([...whole.data].map((value) => value / 2));
    expect([...scale(whole, [1, 2, 0.25]).data]).toEqual([...whole.data].map((value, i) => value * [1, 2, 0.25][i % 3]));
  });

  it('refuses factors of another form', () => {
    expect(() => scale(image(1, 1, 3), [1, 2])).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: scale: the image has 3 channels, but 2 factors were given.
        code: SHAPE_MISMATCH]
    `);
    expect(() => scale(image(1, 1, 3), Number.NaN)).toThrowErrorMatchingInlineSnapshot(`
      [OptionError: scale: factor is NaN, NaN, NaN, but must be finite.
        code: OPTION_INVALID]
    `);
  });
});
