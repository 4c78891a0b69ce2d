import { expect, it } from 'vitest';
import { pixelView } from '../../src/plan/pixel-view.js';

it('sees images as rows of pixels', () => {
  expect(pixelView([128, 55, 55], 96)).toEqual([7040, 55]);
  expect(pixelView([1, 1, 3], 5)).toEqual([1, 3]);
});

it('sees rows and single numbers in one plane', () => {
  expect(pixelView([128], 4096)).toEqual([1, 128]);
  expect(pixelView([], 5)).toEqual([1, 1]);
});

it('folds rows that are too many or too long for one plane', () => {
  expect(pixelView([9000], 5)).toEqual([2, 4500]);
  expect(pixelView([1, 1, 9000], 5)).toEqual([2, 4500]);
  expect(pixelView([4], 9000)).toEqual([2, 2]);
});
