import { defKernel, type KernelThread, type Shape, type View2 } from '@convkit/tensor';
import { foldRows } from '../plan/fold-rows.js';
import { assertShapeIs } from '../plan/shape-checks.js';
import { denseGeometry } from './geometry.js';

/** The shape of the forward input, `[N, …]`, which its gradient takes. */
export type DenseBackwardInputAttributes = { readonly inputShape: Shape };

/**
 * Gradient of a dense layer by its input: `dx[n, i] = Σ_o dy[n, o] · weight[i, o]`.
 *
 * Inputs: `dy` `[N, out]`, `weight` `[in, out]`. Output: `inputShape`.
 */
export const denseBackwardInput = defKernel<DenseBackwardInputAttributes>({
  name: 'dense_backward_input',
  inputs: ['dy', 'weight'],
  body: function (this: KernelThread, dy: View2, weight: View2) {
    let sum = 0;
    for (let o = 0; o < this.constants.O; o++) {
      sum += dy[this.thread.z * this.constants.rows + this.thread.y][o] * weight[this.thread.x][o];
    }
    return sum;
  },
  plan: ([dy, weight], { inputShape }) => {
    const { N, I, O } = denseGeometry('dense_backward_input', inputShape, weight, 'inputShape');
    assertShapeIs('dense_backward_input', 'dy', { dy, weight }, [N, O], 'inputShape and weight make it');
    const grid = foldRows(N, I);
    return { output: inputShape, views: [[N, O], [I, O]], grid, constants: { O, rows: grid[1] } };
  },
});
