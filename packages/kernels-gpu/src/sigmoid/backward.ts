import { defKernel, sizeOf, type KernelThread, type View1 } from '@convkit/tensor';
import { assertShapeIs } from '../plan/shape-checks.js';

/**
 * Gradient of the logistic function, told from its output: `dx = dy · y · (1 - y)`.
 *
 * Inputs: `dy` and `y` of one shape. Output: that shape.
 */
export const sigmoidBackward = defKernel({
  name: 'sigmoid_backward',
  inputs: ['dy', 'y'],
  body: function (this: KernelThread, dy: View1, y: View1) {
    const value = y[this.thread.x];
    return dy[this.thread.x] * (value * (1 - value));
  },
  plan: ([dy, y]) => {
    assertShapeIs('sigmoid_backward', 'y', { dy, y }, dy, 'dy is');
    return { output: dy, views: [[sizeOf(dy)], [sizeOf(dy)]], grid: [sizeOf(dy)], constants: {} };
  },
});
