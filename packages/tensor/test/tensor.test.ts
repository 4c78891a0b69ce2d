import { expect, it } from 'vitest';
import { Tensor } from '@convkit/tensor';

it('is a shape and its numbers, and keeps a shape of its own', () => {
  const shape = [2, 3];
  const x = Tensor.from(shape, [1, 2, 3, 4, 5, 6]);
  shape[0] = 9;
  expect(x.shape).toEqual([2, 3]);
  expect(x.size).toBe(6);
  expect([...x.data]).toEqual([1, 2, 3, 4, 5, 6]);
});

it('can begin as zeros', () => {
  expect([...Tensor.zeros([2, 2]).data]).toEqual([0, 0, 0, 0]);
});

it('refuses numbers that do not fill the shape', () => {
  expect(() => new Tensor([2, 3], new Float32Array(5))).toThrow('tensor: shape [2, 3] holds 6 numbers, but 5 were given.\n  code: SHAPE_MISMATCH');
  expect(() => Tensor.zeros([0])).toThrow('tensor: every axis must be a whole number of at least 1.');
});
