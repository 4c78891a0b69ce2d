import { defKernel, sizeOf, type KernelThread, type View1 } from '@convkit/tensor';
import { assertShapeIs } from '../plan/shape-checks.js';

/**
 * Gradient of ReLU, told from its output: `dx = dy` where `y > 0`, else 0. At the kink the slope is taken as 0.
 *
 * Inputs: `dy` and `y` of one shape. Output: that shape.
 */
export const reluBackward = defKernel({
  name: 'relu_backward',
  inputs: ['dy', 'y'],
  body: function (this: KernelThread, dy: View1, y: View1) {
    const slope = dy[this.thread.x];
    return y[this.thread.x] > 0 ? slope : 0;
  },
  plan: ([dy, y]) => {
    assertShapeIs('relu_backward', 'y', { dy, y }, dy, 'dy is');
    return { output: dy, views: [[sizeOf(dy)], [sizeOf(dy)]], grid: [sizeOf(dy)], constants: {} };
  },
});
