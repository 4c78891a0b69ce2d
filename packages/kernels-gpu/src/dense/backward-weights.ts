import { defKernel, type KernelThread, type View2 } from '@convkit/tensor';
import { foldRows } from '../plan/fold-rows.js';
import { assertAxes, assertShapeIs } from '../plan/shape-checks.js';
import { rowsOf } from './rows-of.js';

/**
 * Gradient of a dense layer by its weights: `dw[i, o] = Σ_n x[n, i] · dy[n, o]`.
 *
 * Inputs: `x` `[N, …]`, `dy` `[N, out]`. Output `[in, out]`.
 */
export const denseBackwardWeights = defKernel({
  name: 'dense_backward_weights',
  inputs: ['x', 'dy'],
  body: function (this: KernelThread, x: View2, dy: View2) {
    let sum = 0;
    for (let n = 0; n < this.constants.N; n++) {
      sum += x[n][this.thread.z * this.constants.rows + this.thread.y] * dy[n][this.thread.x];
    }
    return sum;
  },
  plan: ([x, dy]) => {
    const { N, I } = rowsOf('dense_backward_weights', x, 'x');
    assertAxes('dense_backward_weights', 'dy', dy, 'N, out');
    const O = dy[1];
    assertShapeIs('dense_backward_weights', 'dy', { x, dy }, [N, O], 'the batch of x makes it');
    const grid = foldRows(I, O);
    return { output: [I, O], views: [[N, I], dy], grid, constants: { N, rows: grid[1] } };
  },
});
