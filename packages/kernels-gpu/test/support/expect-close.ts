import type { Tensor } from '@convkit/tensor';
import { expect } from 'vitest';
import type { NdArray } from './nd-array.js';

/**
 * The relative error that a sum of `terms` products of 32-bit floats may show against double precision: 1e-4 · √(terms / 256).
 * Rounding errors of a sum add up like a random walk; measured errors of all gpu.js backends at 256 terms are 3e-6 to 4e-6, so this leaves room for
 * fused and reordered additions, and none for a wrong term.
 */
export function rtol(terms: number): number {
  return 1e-4 * Math.sqrt(terms / 256);
}

/** GPUs may approximate exp, log, pow and division to a few units in the last place, and errors grow with the argument. */
export const RTOL_FUNCTIONS = 1e-4;

/**
 * Asserts equal shapes, and every number within `tolerance` of the expected one, relative to that number or to the root mean square of all, whichever is larger:
 * a sum that cancels keeps the rounding errors of its terms.
 */
export function expectClose(actual: Tensor | NdArray, expected: NdArray, tolerance: number): void {
  expect(actual.shape).toEqual(expected.shape);
  let squares = 0;
  for (const value of expected.data) squares += value * value;
  const typical = Math.sqrt(squares / expected.data.length);
  let worst = { error: 0, i: -1 };
  for (let i = 0; i < expected.data.length; i++) {
    const size = Math.max(Math.abs(expected.data[i]), typical);
    const difference = Math.abs(actual.data[i] - expected.data[i]);
    const error = difference === 0 ? 0 : difference / size;
    if (!(error <= worst.error)) worst = { error: Number.isNaN(error) ? Infinity : error, i };
  }
  const place = worst.i < 0 ? '' : `at [${placeOf(worst.i, expected.shape).join(', ')}] of [${expected.shape.join(', ')}]: ${actual.data[worst.i]}, expected ${expected.data[worst.i]}`;
  expect(worst.error, `largest relative error ${place}`).toBeLessThanOrEqual(tolerance);
}

function placeOf(index: number, shape: readonly number[]): number[] {
  const place: number[] = [];
  let rest = index;
  for (const size of [...shape].reverse()) {
    place.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  return place;
}
