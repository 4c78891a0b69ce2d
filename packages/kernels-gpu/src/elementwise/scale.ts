import { defKernel, sizeOf, type KernelThread, type View1 } from '@convkit/tensor';

/** Run-time number of {@link scale}. */
export type ScaleAttributes = {
  /** What every number is multiplied with. */
  readonly factor: number;
};

/** `y = factor · x`. Input: `x` of any shape. Output: the same shape. */
export const scale = defKernel<ScaleAttributes>({
  name: 'scale',
  inputs: ['x'],
  scalars: ['factor'],
  body: function (this: KernelThread, x: View1, factor: number) {
    return x[this.thread.x] * factor;
  },
  plan: ([x]) => ({ output: x, views: [[sizeOf(x)]], grid: [sizeOf(x)], constants: {} }),
});
