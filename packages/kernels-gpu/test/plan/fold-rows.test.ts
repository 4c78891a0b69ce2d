import { sizeOf } from '@convkit/tensor';
import { expect, it } from 'vitest';
import { foldRows } from '../../src/plan/fold-rows.js';

it('leaves rows alone that fit', () => {
  expect(foldRows(128, 4096)).toEqual([1, 128, 4096]);
  expect(foldRows(8192, 8192)).toEqual([1, 8192, 8192]);
});

it('folds rows where a side is too long', () => {
  expect(foldRows(9216, 4096)).toEqual([2, 4608, 4096]);
  expect(foldRows(128, 9216)).toEqual([2, 64, 9216]);
  expect(foldRows(9, 9216)).toEqual([3, 3, 9216]);
});

it('folds a prime number of rows into planes of one, which are laid out near a square', () => {
  expect(foldRows(7, 9216)).toEqual([7, 1, 9216]);
  expect(foldRows(1, 9216)).toEqual([1, 1, 9216]);
});

it('keeps every row', () => {
  for (let rows = 1; rows < 200; rows++) expect(sizeOf(foldRows(rows, 10_000))).toBe(rows * 10_000);
});
