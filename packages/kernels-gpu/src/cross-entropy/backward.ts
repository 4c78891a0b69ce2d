import { defKernel, type KernelThread, type View1, type View2 } from '@convkit/tensor';
import { foldRows } from '../plan/fold-rows.js';
import { assertAxes, assertShapeIs } from '../plan/shape-checks.js';

/** Run-time number of {@link crossEntropyBackward}. */
export type CrossEntropyBackwardAttributes = {
  /** What the gradient is multiplied with: `1 / N` for the mean loss of a batch. */
  readonly factor: number;
};

/**
 * Gradient of softmax and cross-entropy together, by the logits:
 *
 *     dlogits[n, c] = factor · (softmax[n, c] · Σ_j targets[n, j] - targets[n, c])   with softmax[n, c] = exp(logits[n, c] - lse[n])
 *
 * The sum is 1 for targets that are probabilities.
 *
 * Inputs: `logits` `[N, C]`, `lse` `[N]`, `targets` `[N, C]`. Output `[N, C]`.
 */
export const crossEntropyBackward = defKernel<CrossEntropyBackwardAttributes>({
  name: 'cross_entropy_backward',
  inputs: ['logits', 'lse', 'targets'],
  scalars: ['factor'],
  body: function (this: KernelThread, logits: View2, lse: View1, targets: View2, factor: number) {
    const row = this.thread.z * this.constants.rows + this.thread.y;
    let sum = 0;
    for (let j = 0; j < this.constants.C; j++) {
      sum += targets[row][j];
    }
    return factor * (Math.exp(logits[row][this.thread.x] - lse[row]) * sum - targets[row][this.thread.x]);
  },
  plan: ([logits, lse, targets]) => {
    assertAxes('cross_entropy_backward', 'logits', logits, 'N, C');
    assertShapeIs('cross_entropy_backward', 'lse', { logits, lse, targets }, [logits[0]], 'logits make it');
    assertShapeIs('cross_entropy_backward', 'targets', { logits, lse, targets }, logits, 'logits are');
    const grid = foldRows(logits[0], logits[1]);
    return { output: logits, views: [logits, lse, logits], grid, constants: { C: logits[1], rows: grid[1] } };
  },
});
