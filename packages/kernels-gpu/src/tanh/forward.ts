import { defKernel, sizeOf, type KernelThread, type View1 } from '@convkit/tensor';

/**
 * Hyperbolic tangent: `y = tanh(x) = (1 - e^(-2|x|)) / (1 + e^(-2|x|))`, with the sign of x.
 *
 * So written the exponential never overflows, where `Math.tanh` may give NaN for large numbers on a GPU. Near 0 the difference would cancel:
 * there the first five terms of the series `x - x³/3 + 2x⁵/15 - 17x⁷/315 + 62x⁹/2835` stand for it, which at 1/4 leave 1e-8 of the result out.
 * Source: Y. LeCun and others, "Efficient BackProp", 1998, section 4.4; A. Krizhevsky and others, 2012, section 3.1, train with it in comparison.
 *
 * Input: `x` of any shape. Output: the same shape.
 *
 * @example
 * ```ts
 * import { tanhForward } from '@convkit/kernels-gpu';
 * import { openHostDevice } from '@convkit/tensor';
 *
 * const device = openHostDevice();
 * using x = await device.upload([3], Float32Array.of(-1000, 0, 0.5), 'x');
 * using y = await device.run(tanhForward, [x], {});
 * console.log((await device.download(y)).data.map((value) => Math.round(value * 100))); // Float32Array(3) [ -100, 0, 46 ]
 * ```
 */
export const tanhForward = defKernel({
  name: 'tanh_forward',
  inputs: ['x'],
  body: function (this: KernelThread, x: View1) {
    const value = x[this.thread.x];
    const size = Math.abs(value);
    const square = value * value;
    const small = Math.exp(-2 * size);
    let result = (1 - small) / (1 + small);
    if (size < 0.25) result = size * (1 + square * (-1 / 3 + square * (2 / 15 + square * (-17 / 315 + square * (62 / 2835)))));
    return value < 0 ? -result : result;
  },
  plan: ([x]) => ({ output: x, views: [[sizeOf(x)]], grid: [sizeOf(x)], constants: {} }),
});
