import { defKernel, sizeOf, type KernelThread, type View1 } from '@convkit/tensor';

/**
 * Logistic function: `y = 1 / (1 + e^-x)`, which for `x < 0` is `e^x / (1 + e^x)`: so the exponential never overflows, and small results keep their digits.
 *
 * Input: `x` of any shape. Output: the same shape.
 *
 * @example
 * ```ts
 * import { sigmoidForward } from '@convkit/kernels-gpu';
 * import { openHostDevice } from '@convkit/tensor';
 *
 * const device = openHostDevice();
 * using x = await device.upload([3], Float32Array.of(-1000, 0, 1000), 'x');
 * using y = await device.run(sigmoidForward, [x], {});
 * console.log((await device.download(y)).data); // Float32Array(3) [ 0, 0.5, 1 ]
 * ```
 */
export const sigmoidForward = defKernel({
  name: 'sigmoid_forward',
  inputs: ['x'],
  body: function (this: KernelThread, x: View1) {
    const value = x[this.thread.x];
    const small = Math.exp(-Math.abs(value));
    return (value < 0 ? small : 1) / (1 + small);
  },
  plan: ([x]) => ({ output: x, views: [[sizeOf(x)]], grid: [sizeOf(x)], constants: {} }),
});
