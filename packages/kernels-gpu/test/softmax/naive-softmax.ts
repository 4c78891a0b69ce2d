import { NdArray } from '../support/nd-array.js';

export const rowCases: readonly { readonly N: number; readonly C: number }[] = [
  { N: 1, C: 1 },
  { N: 1, C: 2 },
  { N: 3, C: 10 },
  { N: 7, C: 13 },
  { N: 8, C: 16 },
  { N: 2, C: 1001 },
];

/** The rows of a matrix. */
export function rowsOf(x: NdArray): number[][] {
  return Array.from({ length: x.shape[0] }, (_, n) => Array.from({ length: x.shape[1] }, (__, c) => x.at(n, c)));
}

export function naiveLogSumExp(logits: NdArray): NdArray {
  return new NdArray([logits.shape[0]], rowsOf(logits).map((row) => Math.log(row.reduce((sum, value) => sum + Math.exp(value), 0))));
}

export function naiveSoftmax(logits: NdArray): NdArray {
  return new NdArray(
    logits.shape,
    rowsOf(logits).flatMap((row) => {
      const sum = row.reduce((total, value) => total + Math.exp(value), 0);
      return row.map((value) => Math.exp(value) / sum);
    }),
  );
}
