import { defKernel, sizeOf, type KernelThread, type View1 } from '@convkit/tensor';

/** `y = a + factor b`, with a run-time factor. */
export const addScaled = defKernel<{ readonly factor: number }>({
  name: 'add_scaled',
  inputs: ['a', 'b'],
  scalars: ['factor'],
  body: function (this: KernelThread, a: View1, b: View1, factor: number) {
    return a[this.thread.x] + factor * b[this.thread.x];
  },
  plan: ([a, b]) => ({ output: a, views: [[sizeOf(a)], [sizeOf(b)]], grid: [sizeOf(a)], constants: {} }),
});

/** `y = 2 x`. */
export const double = defKernel({
  name: 'double',
  inputs: ['x'],
  body: function (this: KernelThread, x: View1) {
    return 2 * x[this.thread.x];
  },
  plan: ([x]) => ({ output: x, views: [[sizeOf(x)]], grid: [sizeOf(x)], constants: {} }),
});
