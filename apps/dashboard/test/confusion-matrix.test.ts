import { expect, it } from 'vitest';
import { ConfusionMatrix } from '../src/confusion-matrix.js';

const matrix = new ConfusionMatrix([[0, 0, 8], [0, 1, 2], [1, 0, 5], [1, 1, 5], [2, 1, 3]]);

it('tells a cell and its part of the images of the label', () => {
  expect(matrix.cell(0, 1)).toEqual({ label: 0, guess: 1, count: 2, part: 0.2 });
  expect(matrix.cell(2, 2)).toEqual({ label: 2, guess: 2, count: 0, part: 0 });
  expect(matrix.cell(7, 7)).toEqual({ label: 7, guess: 7, count: 0, part: 0 });
});

it('lists the most frequent confusions first, and nothing that is right', () => {
  expect(matrix.top(2)).toEqual([{ label: 1, guess: 0, count: 5, part: 0.5 }, { label: 2, guess: 1, count: 3, part: 1 }]);
});
