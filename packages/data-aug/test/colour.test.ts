import { expect, it } from 'vitest';

import { swapRedBlue, toGrey, toRgb } from '@convkit/data-aug';
import { floatImage, image } from './images.js';

it('repeats grey in three channels, and back it is the same', () => {
  const grey = image(3, 2, 1);
  const rgb = toRgb(grey);
  expect(rgb).toMatchObject({ width: 3, height: 2, channels: 3 });
  expect([...rgb.data]).toEqual([...grey.data].flatMap((value) => [value, value, value]));
  expect(toGrey(rgb)).toEqual(grey);
  expect(toRgb(rgb)).toBe(rgb);
  expect(toGrey(grey)).toBe(grey);
});

it('weighs colours by their luma', () => {
  const primaries = { width: 3, height: 1, channels: 3, data: new Uint8Array([255, 0, 0, 0, 255, 0, 0, 0, 255]) };
  expect([...toGrey(primaries).data]).toEqual([76, 150, 29]);
  expect(toGrey(floatImage(1, 1, 3, (i) => [-1, 0.5, 2][i])).data[0]).toBeCloseTo(0.299 * -1 + 0.587 * 0.5 + 0.114 * 2, 6);
});

it('exchanges red and blue and leaves the rest; twice is nothing', () => {
  for (const rgb of [image(3, 2, 3), floatImage(2, 3, 3, (i) => i / 7)]) {
    const bgr = swapRedBlue(rgb);
    expect(bgr).toMatchObject({ width: rgb.width, height: rgb.height, channels: 3 });
    for (let i = 0; i < 18; i += 3) expect([...bgr.data.subarray(i, i + 3)]).toEqual([rgb.data[i + 2], rgb.data[i + 1], rgb.data[i]]);
    expect(swapRedBlue(bgr)).toEqual(rgb);
  }
});

it('refuses other numbers of channels', () => {
  expect(() => toRgb(image(1, 1, 4))).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: toRgb: the image has 4 channels, but must have 1 (grey) or 3 (RGB).
      code: SHAPE_MISMATCH]
  `);
  expect(() => toGrey(image(1, 1, 2))).toThrow('toGrey: the image has 2 channels, but must have 1 (grey) or 3 (RGB).');
  expect(() => swapRedBlue(image(1, 1, 1))).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: swapRedBlue: the image is 1x1x1, but must have 3 channels.
      code: SHAPE_MISMATCH]
  `);
});
