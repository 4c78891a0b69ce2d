import { defKernel, type KernelThread, type Shape, type View2 } from '@convkit/tensor';
import { foldRows } from '../plan/fold-rows.js';
import { assertAxes, assertShapeIs } from '../plan/shape-checks.js';
import { rowsOf } from './rows-of.js';

/** What shapes {@link denseBackwardInput}. */
export type DenseBackwardInputAttributes = {
  /** Shape of the forward input, `[N, …]`, which its gradient takes. */
  readonly inputShape: Shape;
};

/**
 * Gradient of a dense layer by its input: `dx[n, i] = Σ_o dy[n, o] · weight[i, o]`. The weights come with their axes swapped, by {@link transpose}.
 *
 * Inputs: `dy` `[N, out]`, `transposedWeight` `[out, in]`. Output: `inputShape`.
 */
export const denseBackwardInput = defKernel<DenseBackwardInputAttributes>({
  name: 'dense_backward_input',
  inputs: ['dy', 'transposedWeight'],
  body: function (this: KernelThread, dy: View2, transposedWeight: View2) {
    let sum = 0;
    for (let o = 0; o < this.constants.O; o++) {
      sum += dy[this.thread.z * this.constants.rows + this.thread.y][o] * transposedWeight[o][this.thread.x];
    }
    return sum;
  },
  plan: ([dy, transposedWeight], { inputShape }) => {
    assertAxes('dense_backward_input', 'dy', dy, 'N, out');
    assertAxes('dense_backward_input', 'transposedWeight', transposedWeight, 'out, in');
    const { N, I } = rowsOf('dense_backward_input', inputShape, 'inputShape');
    const O = dy[1];
    assertShapeIs('dense_backward_input', 'dy', { inputShape, dy, transposedWeight }, [N, O], 'the batch of inputShape makes it');
    assertShapeIs('dense_backward_input', 'transposedWeight', { inputShape, dy, transposedWeight }, [O, I], 'inputShape and dy make it');
    const grid = foldRows(N, I);
    return { output: inputShape, views: [dy, transposedWeight], grid, constants: { O, rows: grid[1] } };
  },
});
