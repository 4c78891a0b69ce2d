import { defKernel, type KernelThread, type View1, type View2 } from '@convkit/tensor';
import { assertAxes, assertShapeIs } from '../plan/shape-checks.js';

/**
 * Cross-entropy of targets and softmax, one loss a row: `loss[n] = Σ_c targets[n, c] · (lse[n] - logits[n, c])`.
 * For a one-hot target it is minus the log-probability of the label, in nats.
 *
 * Inputs: `logits` `[N, C]`, `lse` `[N]` as {@link logSumExpRows} makes it, `targets` `[N, C]` one-hot or soft. Output `[N]`.
 *
 * @example
 * ```ts
 * import { crossEntropyForward, logSumExpRows } from '@convkit/kernels-gpu';
 * import { openHostDevice } from '@convkit/tensor';
 *
 * const device = openHostDevice();
 * using logits = await device.upload([1, 10], new Float32Array(10), 'logits');
 * using targets = await device.upload([1, 10], Float32Array.of(1, 0, 0, 0, 0, 0, 0, 0, 0, 0), 'targets');
 * using lse = await device.run(logSumExpRows, [logits], {});
 * using loss = await device.run(crossEntropyForward, [logits, lse, targets], {});
 * console.log((await device.download(loss)).data[0].toFixed(3)); // 2.303
 * ```
 */
export const crossEntropyForward = defKernel({
  name: 'cross_entropy_forward',
  inputs: ['logits', 'lse', 'targets'],
  body: function (this: KernelThread, logits: View2, lse: View1, targets: View2) {
    let loss = 0;
    for (let c = 0; c < this.constants.C; c++) {
      loss += targets[this.thread.x][c] * (lse[this.thread.x] - logits[this.thread.x][c]);
    }
    return loss;
  },
  plan: ([logits, lse, targets]) => {
    assertAxes('cross_entropy_forward', 'logits', logits, 'N, C');
    assertShapeIs('cross_entropy_forward', 'lse', { logits, lse, targets }, [logits[0]], 'logits make it');
    assertShapeIs('cross_entropy_forward', 'targets', { logits, lse, targets }, logits, 'logits are');
    return { output: [logits[0]], views: [logits, lse, logits], grid: [logits[0]], constants: { C: logits[1] } };
  },
});
