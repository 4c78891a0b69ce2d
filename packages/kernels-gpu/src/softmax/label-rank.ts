import { defKernel, type KernelThread, type View2 } from '@convkit/tensor';
import { assertAxes, assertShapeIs } from '../plan/shape-checks.js';

/**
 * Place of the right class among the logits: how many classes are not below it, itself left out. 0 is top-1, below 5 is top-5.
 * Classes that tie with it, or that cannot be compared (NaN), count against it, so a constant or broken network scores nothing.
 *
 * Inputs: `logits` `[N, C]`, `targets` `[N, C]` one-hot (the logit of the label is taken as Σ_c target · logit). Output `[N]`, whole numbers.
 *
 * @example
 * ```ts
 * import { labelRank } from '@convkit/kernels-gpu';
 * import { openHostDevice } from '@convkit/tensor';
 *
 * const device = openHostDevice();
 * using logits = await device.upload([1, 3], Float32Array.of(0.1, 0.7, 0.2), 'logits');
 * using targets = await device.upload([1, 3], Float32Array.of(0, 0, 1), 'targets');
 * using rank = await device.run(labelRank, [logits, targets], {});
 * console.log((await device.download(rank)).data); // Float32Array(1) [ 1 ]
 * ```
 */
export const labelRank = defKernel({
  name: 'label_rank',
  inputs: ['logits', 'targets'],
  body: function (this: KernelThread, logits: View2, targets: View2) {
    let label = 0;
    for (let c = 0; c < this.constants.C; c++) {
      label += targets[this.thread.x][c] * logits[this.thread.x][c];
    }
    let rank = this.constants.C - 1;
    for (let c = 0; c < this.constants.C; c++) {
      if (logits[this.thread.x][c] < label) rank -= 1;
    }
    return rank;
  },
  plan: ([logits, targets]) => {
    assertAxes('label_rank', 'logits', logits, 'N, C');
    assertShapeIs('label_rank', 'targets', { logits, targets }, logits, 'logits are');
    return { output: [logits[0]], views: [logits, logits], grid: [logits[0]], constants: { C: logits[1] } };
  },
});
