import { defKernel, sizeOf, type KernelThread, type View1 } from '@convkit/tensor';
import { assertShapeIs } from '../plan/shape-checks.js';

/** `y = a + b`, element by element. Inputs: `a` and `b` of one shape. Output: that shape. */
export const add = defKernel({
  name: 'add',
  inputs: ['a', 'b'],
  body: function (this: KernelThread, a: View1, b: View1) {
    return a[this.thread.x] + b[this.thread.x];
  },
  plan: ([a, b]) => {
    assertShapeIs('add', 'b', { a, b }, a, 'a is');
    return { output: a, views: [[sizeOf(a)], [sizeOf(a)]], grid: [sizeOf(a)], constants: {} };
  },
});
