import { expect, it } from 'vitest';
import { defKernel } from '@convkit/tensor';
import { double } from './support/kernels.js';

it('fills in what a definition may leave out: no scalars, one result a thread', () => {
  expect(double).toMatchObject({ name: 'double', inputs: ['x'], scalars: [] });
  expect(double.plan([[2, 3]], {})).toEqual({ output: [2, 3], views: [[6]], grid: [6], constants: {}, returns: 1 });
});

it('keeps what a definition says', () => {
  const spec = defKernel<{ readonly rate: number }>({
    name: 'four',
    inputs: [],
    scalars: ['rate'],
    body: function () {
      return [1, 2, 3, 4];
    },
    plan: () => ({ output: [4], views: [], grid: [1], constants: {}, returns: 4 }),
  });
  expect(spec.scalars).toEqual(['rate']);
  expect(spec.plan([], { rate: 1 }).returns).toBe(4);
});
