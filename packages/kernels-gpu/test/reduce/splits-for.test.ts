import { splitsFor } from '@convkit/kernels-gpu';
import { expect, it } from 'vitest';

it('does not cut where nothing limits', () => {
  expect(splitsFor({ maxTermsPerThread: Infinity }, 128, 3025)).toBe(1);
});

it('cuts so that no slab of whole images is longer than the limit', () => {
  for (const maxTermsPerThread of [1, 100, 8192])
    for (const images of [1, 2, 7, 128])
      for (const terms of [1, 9, 169, 3025]) {
        const splits = splitsFor({ maxTermsPerThread }, images, terms);
        const slab = Math.ceil(images / splits);
        expect(splits).toBeGreaterThanOrEqual(1);
        expect(splits).toBeLessThanOrEqual(images);
        expect(slab === 1 || slab * terms <= maxTermsPerThread).toBe(true);
      }
});

it('does not cut more than needed', () => {
  expect(splitsFor({ maxTermsPerThread: 8192 }, 128, 27 * 27)).toBe(12);
  expect(splitsFor({ maxTermsPerThread: 8192 }, 11, 27 * 27)).toBe(1);
  expect(splitsFor({ maxTermsPerThread: 8192 }, 12, 27 * 27)).toBe(2);
});
