import { defKernel, type KernelThread, type View1 } from '@convkit/tensor';
import { assertRow } from './assert-row.js';

/** Run-time number of {@link clipFactor}. */
export type ClipFactorAttributes = {
  /** The largest norm that stays as it is. */
  readonly most: number;
};

/**
 * What gradients are multiplied with so that their norm is at most `most`: `min(1, most / (√(Σ_j sums[j]) + 1e-6))`, where `sums` are those of `sumSquares` over all of them.
 *
 * Source: `torch.nn.utils.clip_grad_norm_`.
 *
 * Input: `sums` `[L]`. Output `[1]`.
 */
export const clipFactor = defKernel<ClipFactorAttributes>({
  name: 'clip_factor',
  inputs: ['sums'],
  scalars: ['most'],
  body: function (this: KernelThread, sums: View1, most: number) {
    let sum = 0;
    for (let j = 0; j < this.constants.lanes; j++) {
      sum += sums[j];
    }
    return Math.min(1, most / (Math.sqrt(sum) + 0.000001));
  },
  plan: ([sums]) => {
    assertRow('clip_factor', 'sums', sums);
    return { output: [1], views: [sums], grid: [1], constants: { lanes: sums[0] } };
  },
});
