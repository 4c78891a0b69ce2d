import { describe, expect, it } from 'vitest';
import { assertShape, formatShape, sameShape, sizeOf } from '@convkit/tensor';

describe('shapes', () => {
  it('hold the product of their axes, and one number when they have none', () => {
    expect([sizeOf([2, 3, 4]), sizeOf([5]), sizeOf([])]).toEqual([24, 5, 1]);
  });

  it('print as they are written', () => {
    expect([formatShape([2, 3]), formatShape([])]).toEqual(['[2, 3]', '[]']);
  });

  it('are the same only axis by axis', () => {
    expect(sameShape([2, 3], [2, 3])).toBe(true);
    expect(sameShape([2, 3], [3, 2])).toBe(false);
    expect(sameShape([2, 3], [2, 3, 1])).toBe(false);
    expect(sameShape([], [])).toBe(true);
  });

  it.each([[[0]], [[2, -1]], [[1.5]], [[NaN]], [[2 ** 53]]])('refuse %j', (shape) => {
    expect(() => assertShape(shape, 'x')).toThrow(`x: every axis must be a whole number of at least 1.\n  shape ${formatShape(shape)}\n  code: SHAPE_INVALID`);
  });
});
