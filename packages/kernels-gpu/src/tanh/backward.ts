import { defKernel, sizeOf, type KernelThread, type View1 } from '@convkit/tensor';
import { assertShapeIs } from '../plan/shape-checks.js';

/**
 * Gradient of the hyperbolic tangent, told from its output: `dx = dy · (1 - y²)`, as a product of `1 - y` and `1 + y`, which do not cancel near ±1.
 *
 * Inputs: `dy` and `y` of one shape. Output: that shape.
 */
export const tanhBackward = defKernel({
  name: 'tanh_backward',
  inputs: ['dy', 'y'],
  body: function (this: KernelThread, dy: View1, y: View1) {
    const value = y[this.thread.x];
    return dy[this.thread.x] * ((1 - value) * (1 + value));
  },
  plan: ([dy, y]) => {
    assertShapeIs('tanh_backward', 'y', { dy, y }, dy, 'dy is');
    return { output: dy, views: [[sizeOf(dy)], [sizeOf(dy)]], grid: [sizeOf(dy)], constants: {} };
  },
});
