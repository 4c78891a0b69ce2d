import { expect, it } from 'vitest';

import { crop, flip, tenViews } from '@convkit/data-aug';
import { image } from './images.js';

it('gives the views of 2012 in their order: (0,0), (0,32), (16,16), (32,0), (32,32), then the same mirrored', () => {
  const whole = image(256, 256, 3);
  const views = tenViews(whole, 224);
  const offsets = [[0, 0], [0, 32], [16, 16], [32, 0], [32, 32]];
  expect(views.length).toBe(10);
  offsets.forEach(([y, x], i) => {
    const view = crop(whole, { y, x, width: 224, height: 224 });
    expect(Buffer.from(views[i].data).equals(view.data)).toBe(true);
    expect(Buffer.from(views[i + 5].data).equals(flip(view).data)).toBe(true);
    expect([views[i].width, views[i].height, views[i + 5].width]).toEqual([224, 224, 224]);
  });
});

it('takes any border, also one that cannot be halved or is not there', () => {
  const whole = image(7, 6, 1);
  const views = tenViews(whole, { width: 4, height: 3 });
  [[0, 0], [0, 3], [1, 1], [3, 0], [3, 3]].forEach(([y, x], i) => expect(views[i]).toEqual(crop(whole, { y, x, width: 4, height: 3 })));
  expect(tenViews(whole, { width: 7, height: 6 }).slice(0, 5)).toEqual(new Array(5).fill(whole));
});

it('refuses views that do not fit', () => {
  expect(() => tenViews(image(7, 6, 1), 7)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: tenViews: the image is smaller than a view.
      image 6x7x1
      view  7x7
      help: resize the image first, or take smaller views.
      code: SHAPE_MISMATCH]
  `);
  expect(() => tenViews(image(7, 6, 1), 0)).toThrow('tenViews: size is 0x0, but must be made of whole numbers of at least 1.');
});
