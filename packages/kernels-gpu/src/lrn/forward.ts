import { defKernel, type KernelThread, type View3 } from '@convkit/tensor';
import { assertShapeIs } from '../plan/shape-checks.js';
import { lrnGeometry, type LrnAttributes } from './geometry.js';

/**
 * Local response normalisation: `y = x · scale^-beta`, with `scale` from {@link lrnScale} (across channels) or {@link lrnWithinChannelScale}. Letters and sources are there.
 * Every number needs its own scale only, so `size`, `alpha`, `k` and `groups` make no difference here.
 *
 * The beta of AlexNet, 0.75, is taken by square roots: they are instructions everywhere, while a power is a call for every number in WebAssembly.
 *
 * Inputs: `x` and `scale` `[N, H, W, C]`. Output: the same shape.
 *
 * @example
 * ```ts
 * import { lrnForward, lrnScale } from '@convkit/kernels-gpu';
 * import { openHostDevice } from '@convkit/tensor';
 *
 * const device = openHostDevice();
 * const attributes = { size: 5, alpha: 2e-5, beta: 0.75, k: 2 };
 * using x = await device.upload([1, 1, 1, 4], Float32Array.of(1, 2, 3, 4), 'x');
 * using scale = await device.run(lrnScale, [x], attributes);
 * using y = await device.run(lrnForward, [x, scale], attributes);
 * console.log((await device.download(y)).data[0].toFixed(4)); // 0.5945
 * ```
 */
export const lrnForward = defKernel<LrnAttributes>({
  name: 'lrn_forward',
  inputs: ['x', 'scale'],
  scalars: ['beta'],
  body: function (this: KernelThread, x: View3, scale: View3, beta: number) {
    const base = scale[this.thread.z][this.thread.y][this.thread.x];
    let power = 0;
    if (beta === 0.75) power = Math.sqrt(base) * Math.sqrt(Math.sqrt(base));
    else power = Math.pow(base, beta);
    return x[this.thread.z][this.thread.y][this.thread.x] / power;
  },
  plan: ([x, scale], attributes) => {
    const { view } = lrnGeometry('lrn_forward', x, attributes);
    assertShapeIs('lrn_forward', 'scale', { x, scale }, x, 'x is');
    return { output: x, views: [view, view], grid: view, constants: {} };
  },
});
