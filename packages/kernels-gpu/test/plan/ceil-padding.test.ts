import { ceilPadding, outputSize } from '@convkit/kernels-gpu';
import { expect, it } from 'vitest';

it('gives the filters of the first layer 3 pixels beyond the edge', () => {
  expect(ceilPadding(224, 11, 4, 0)).toBe(3);
});

it('is the padding before, when nothing is left over', () => {
  expect(ceilPadding(55, 3, 2, 0)).toBe(0);
  expect(ceilPadding(27, 5, 1, 2)).toBe(2);
});

it('makes the floor rule count what the rule of 2012 counts', () => {
  for (let size = 1; size < 12; size++)
    for (let kernel = 1; kernel <= size; kernel++)
      for (let stride = 1; stride < 5; stride++)
        for (let before = 0; before < 4; before++) {
          const after = ceilPadding(size, kernel, stride, before);
          expect(after).toBeGreaterThanOrEqual(before);
          expect(outputSize(size, kernel, stride, before, after)).toBe(1 + Math.ceil((2 * before + size - kernel) / stride));
        }
});
