import { defKernel, sizeOf, type KernelThread, type View1 } from '@convkit/tensor';

/**
 * Rectified linear unit: `y = max(x, 0)`.
 * Source: V. Nair, G. Hinton, "Rectified linear units improve restricted Boltzmann machines", 2010.
 *
 * Input: `x` of any shape. Output: the same shape.
 *
 * @example
 * ```ts
 * import { reluForward } from '@convkit/kernels-gpu';
 * import { openHostDevice } from '@convkit/tensor';
 *
 * const device = openHostDevice();
 * using x = await device.upload([3], Float32Array.of(-1, 0, 2), 'x');
 * using y = await device.run(reluForward, [x], {});
 * console.log((await device.download(y)).data); // Float32Array(3) [ 0, 0, 2 ]
 * ```
 */
export const reluForward = defKernel({
  name: 'relu_forward',
  inputs: ['x'],
  body: function (this: KernelThread, x: View1) {
    return Math.max(x[this.thread.x], 0);
  },
  plan: ([x]) => ({ output: x, views: [[sizeOf(x)]], grid: [sizeOf(x)], constants: {} }),
});
