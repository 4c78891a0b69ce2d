import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import golden from './golden/colours.json' with { type: 'json' };
import { symmetricEigen } from '../src/symmetric-eigen.js';

const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, value, i) => sum + value * b[i], 0);

/** Ordinary numbers, and now and then one that makes rows equal, empty or of very different size. */
const entry = fc.oneof(fc.double({ min: -10, max: 10, noNaN: true }), fc.constantFrom(0, 1, -1, 1e-9, 1e6, 3, 5 * Number.MIN_VALUE));

describe('symmetricEigen', () => {
  // Jacobi's method is backward stable: A v - lambda v is a small multiple of the size of A times 2^-53 = 1.1e-16; 1e-14 is ninety of these.
  // Beside it stands what a sum of numbers below 2.2e-308 loses, whatever their size: these are multiples of the smallest number there is, and 1.8 million such matrices lost at most 7 times it.
  it('solves A v = lambda v with orthonormal vectors, smallest value first, for any symmetric matrix', () => {
    fc.assert(
      fc.property(fc.array(entry, { minLength: 6, maxLength: 6 }), ([xx, xy, xz, yy, yz, zz]) => {
        const matrix = [[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]];
        const size = Math.hypot(...matrix.flat());
        const { values, vectors } = symmetricEigen(matrix);
        for (let i = 0; i < 3; i++) {
          matrix.forEach((row, j) => expect(Math.abs(dot(row, vectors[i]) - values[i] * vectors[i][j])).toBeLessThanOrEqual(1e-14 * size + 8 * Number.MIN_VALUE));
          for (let j = 0; j <= i; j++) expect(Math.abs(dot(vectors[i], vectors[j]) - (i === j ? 1 : 0))).toBeLessThan(1e-14);
        }
        expect([...values].sort((a, b) => a - b)).toEqual(values);
      }),
      { numRuns: 2000 },
    );
  });

  it('reads what is on and above the diagonal, and leaves the matrix alone', () => {
    const matrix = [[2, 1, 0], [99, 3, 1], [99, 99, 4]];
    const before = structuredClone(matrix);
    expect(symmetricEigen(matrix)).toEqual(symmetricEigen([[2, 1, 0], [1, 3, 1], [0, 1, 4]]));
    expect(matrix).toEqual(before);
  });

  it('takes a diagonal matrix, and one of a single row, as they are', () => {
    expect(symmetricEigen([[3, 0, 0], [0, 1, 0], [0, 0, 2]])).toEqual({ values: [1, 2, 3], vectors: [[0, 1, 0], [0, 0, 1], [1, 0, 0]] });
    expect(symmetricEigen([[5]])).toEqual({ values: [5], vectors: [[1]] });
  });

  // Both are within a few roundings of the truth; a vector's error grows by the size of the matrix over the distance of its value to the next, here up to 1e5 for the smaller two of the third.
  it.each(golden.matrices.map((each, i) => [i, each] as const))('agrees with NumPy, matrix %i', (_, { matrix, values, vectors }) => {
    const got = symmetricEigen(matrix);
    const size = Math.max(...values.map(Math.abs));
    for (let i = 0; i < 3; i++) {
      expect(Math.abs(got.values[i] - values[i])).toBeLessThan(1e-14 * size);
      const gap = Math.min(...values.flatMap((value, j) => (j === i ? [] : [Math.abs(value - values[i])])));
      if (gap < 1e-9 * size) continue;
      const sign = Math.sign(dot(got.vectors[i], vectors[i]));
      vectors[i].forEach((component, c) => expect(Math.abs(sign * got.vectors[i][c] - component)).toBeLessThan((1e-14 * size) / gap));
    }
  });
});
