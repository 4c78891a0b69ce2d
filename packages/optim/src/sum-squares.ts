import { defKernel, sizeOf, type KernelThread, type View1 } from '@convkit/tensor';
import { assertRow } from './assert-row.js';

/**
 * Adds the squares of all numbers of a tensor to sums that many threads share: `sums'[j] = sums[j] + Σ_i x[i·L + j]²` over the places i·L + j of x, where L is the number of sums.
 * The sum of all of them is the square of the norm. With about as many sums as the root of the size of x, neither this nor their sum is long.
 *
 * Inputs: `sums` `[L]`, `x` of any shape. Output `[L]`.
 */
export const sumSquares = defKernel({
  name: 'sum_squares',
  inputs: ['sums', 'x'],
  body: function (this: KernelThread, sums: View1, x: View1) {
    let sum = sums[this.thread.x];
    for (let i = 0; i < this.constants.rows; i++) {
      if (i * this.constants.lanes + this.thread.x < this.constants.size) {
        sum += x[i * this.constants.lanes + this.thread.x] * x[i * this.constants.lanes + this.thread.x];
      }
    }
    return sum;
  },
  plan: ([sums, x]) => {
    assertRow('sum_squares', 'sums', sums);
    const size = sizeOf(x);
    return { output: sums, views: [sums, [size]], grid: sums, constants: { lanes: sums[0], size, rows: Math.ceil(size / sums[0]) } };
  },
});
