import { defKernel, type KernelThread, type View1, type View2 } from '@convkit/tensor';
import { foldRows } from '../plan/fold-rows.js';
import { assertAxes, assertShapeIs } from '../plan/shape-checks.js';
import { rowsOf } from './rows-of.js';

/**
 * Every output reads every input of its row: `y[n, o] = bias[o] + Σ_i x[n, i] · weight[i, o]`.
 *
 * Inputs: `x` `[N, …]`, all axes after the first taken as one row of `in` numbers; `weight` `[in, out]`; `bias` `[out]`. Output `[N, out]`.
 *
 * @example
 * ```ts
 * import { denseForward } from '@convkit/kernels-gpu';
 * import { openHostDevice } from '@convkit/tensor';
 *
 * const device = openHostDevice();
 * using x = await device.upload([1, 2], Float32Array.of(1, 2), 'x');
 * using weight = await device.upload([2, 3], Float32Array.of(1, 2, 3, 4, 5, 6), 'weight');
 * using bias = await device.upload([3], Float32Array.of(0, 0, 1), 'bias');
 * using y = await device.run(denseForward, [x, weight, bias], {});
 * console.log((await device.download(y)).data); // Float32Array(3) [ 9, 12, 16 ]
 * ```
 */
export const denseForward = defKernel({
  name: 'dense_forward',
  inputs: ['x', 'weight', 'bias'],
  body: function (this: KernelThread, x: View2, weight: View2, bias: View1) {
    let sum = bias[this.thread.x];
    for (let i = 0; i < this.constants.I; i++) {
      sum += x[this.thread.z * this.constants.rows + this.thread.y][i] * weight[i][this.thread.x];
    }
    return sum;
  },
  plan: ([x, weight, bias]) => {
    const { N, I } = rowsOf('dense_forward', x, 'x');
    assertAxes('dense_forward', 'weight', weight, 'in, out');
    const O = weight[1];
    assertShapeIs('dense_forward', 'weight', { x, weight, bias }, [I, O], 'x makes it');
    assertShapeIs('dense_forward', 'bias', { x, weight, bias }, [O], 'weight makes it');
    const grid = foldRows(N, O);
    return { output: [N, O], views: [[N, I], weight, bias], grid, constants: { I, rows: grid[1] } };
  },
});
