import { defKernel, type KernelThread, type View2 } from '@convkit/tensor';
import { assertAxes } from '../plan/shape-checks.js';

/**
 * `lse[n] = log Σ_c exp(logits[n, c])`, taken from the row's maximum so that nothing overflows: `m + log Σ_c exp(logits[n, c] - m)`.
 * It is what softmax and cross-entropy share.
 *
 * Input: `logits` `[N, C]`. Output `[N]`.
 */
export const logSumExpRows = defKernel({
  name: 'log_sum_exp_rows',
  inputs: ['logits'],
  body: function (this: KernelThread, logits: View2) {
    let highest = logits[this.thread.x][0];
    for (let c = 0; c < this.constants.C; c++) {
      highest = Math.max(highest, logits[this.thread.x][c]);
    }
    let sum = 0;
    for (let c = 0; c < this.constants.C; c++) {
      sum += Math.exp(logits[this.thread.x][c] - highest);
    }
    return highest + Math.log(sum);
  },
  plan: ([logits]) => {
    assertAxes('log_sum_exp_rows', 'logits', logits, 'N, C');
    return { output: [logits[0]], views: [logits], grid: [logits[0]], constants: { C: logits[1] } };
  },
});
