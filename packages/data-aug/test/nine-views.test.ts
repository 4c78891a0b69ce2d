import { expect, it } from 'vitest';

import { crop, nineViews } from '@convkit/data-aug';
import { image } from './images.js';

it('gives the grid of cuda-convnet2 row by row: 24 out of 32 at 0, 4 and 8, not mirrored', () => {
  const whole = image(32, 32, 3);
  const offsets = [[0, 0], [0, 4], [0, 8], [4, 0], [4, 4], [4, 8], [8, 0], [8, 4], [8, 8]];
  expect(nineViews(whole, 24)).toEqual(offsets.map(([y, x]) => crop(whole, { y, x, width: 24, height: 24 })));
});

it('takes any border, also one that cannot be halved or is not there', () => {
  const whole = image(7, 6, 1);
  const offsets = [[0, 0], [0, 1], [0, 3], [1, 0], [1, 1], [1, 3], [2, 0], [2, 1], [2, 3]];
  expect(nineViews(whole, { width: 4, height: 4 })).toEqual(offsets.map(([y, x]) => crop(whole, { y, x, width: 4, height: 4 })));
  expect(nineViews(whole, { width: 7, height: 6 })).toEqual(new Array(9).fill(whole));
});

it('refuses views that do not fit', () => {
  expect(() => nineViews(image(7, 6, 1), 7)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: nineViews: the image is smaller than a view.
      image 6x7x1
      view  7x7
      help: resize the image first, or take smaller views.
      code: SHAPE_MISMATCH]
  `);
  expect(() => nineViews(image(7, 6, 1), 0)).toThrow('nineViews: size is 0x0, but must be made of whole numbers of at least 1.');
});
