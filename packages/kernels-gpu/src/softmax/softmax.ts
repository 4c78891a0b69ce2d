import { defKernel, type KernelThread, type View1, type View2 } from '@convkit/tensor';
import { foldRows } from '../plan/fold-rows.js';
import { assertAxes, assertShapeIs } from '../plan/shape-checks.js';

/**
 * Probabilities of the classes: `y[n, c] = exp(logits[n, c] - lse[n])`.
 *
 * Inputs: `logits` `[N, C]`, `lse` `[N]` as {@link logSumExpRows} makes it. Output `[N, C]`; every row adds up to 1.
 *
 * @example
 * ```ts
 * import { logSumExpRows, softmax } from '@convkit/kernels-gpu';
 * import { openHostDevice } from '@convkit/tensor';
 *
 * const device = openHostDevice();
 * using logits = await device.upload([1, 2], Float32Array.of(1000, 1000), 'logits');
 * using lse = await device.run(logSumExpRows, [logits], {});
 * using y = await device.run(softmax, [logits, lse], {});
 * console.log((await device.download(y)).data.map((p) => Math.round(p * 100))); // Float32Array(2) [ 50, 50 ]
 * ```
 */
export const softmax = defKernel({
  name: 'softmax',
  inputs: ['logits', 'lse'],
  body: function (this: KernelThread, logits: View2, lse: View1) {
    const row = this.thread.z * this.constants.rows + this.thread.y;
    return Math.exp(logits[row][this.thread.x] - lse[row]);
  },
  plan: ([logits, lse]) => {
    assertAxes('softmax', 'logits', logits, 'N, C');
    assertShapeIs('softmax', 'lse', { logits, lse }, [logits[0]], 'logits make it');
    const grid = foldRows(logits[0], logits[1]);
    return { output: logits, views: [logits, lse], grid, constants: { rows: grid[1] } };
  },
});
