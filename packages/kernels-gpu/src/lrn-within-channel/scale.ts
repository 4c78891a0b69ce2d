import { defKernel, type KernelThread, type View3 } from '@convkit/tensor';
import { lrnWithinChannelGeometry, type LrnWithinChannelAttributes } from './geometry.js';

/**
 * The denominator of local response normalisation within a channel, before its power:
 *
 *     scale[n, h, w, c] = k + alpha · Σ_i Σ_j x[n, i, j, c]²   over the rows i from h - reach to h + reach and the columns j likewise, as far as the pixel exists
 *
 * with `reach = (size - 1) / 2`. N image, H W rows and columns, C channel. {@link lrnForward} makes the result of it, as across channels; the gradient reads it, too.
 * Source: A. Krizhevsky, cuda-convnet, conv_util.cuh (layer type `rnorm`); it stands in layer 2 of the network of 2012, whose paper does not mention it.
 *
 * Input: `x` `[N, H, W, C]`. Output: the same shape.
 *
 * @example
 * ```ts
 * import { lrnForward, lrnWithinChannelScale } from '@convkit/kernels-gpu';
 * import { openHostDevice } from '@convkit/tensor';
 *
 * const device = openHostDevice();
 * const attributes = { size: 3, alpha: 1, beta: 0.5, k: 1 };
 * using x = await device.upload([1, 1, 4, 1], Float32Array.of(2, 2, 0, 1), 'x');
 * using scale = await device.run(lrnWithinChannelScale, [x], attributes);
 * using y = await device.run(lrnForward, [x, scale], attributes);
 * console.log((await device.download(scale)).data); // Float32Array(4) [ 9, 9, 6, 2 ]
 * console.log((await device.download(y)).data[0].toFixed(4)); // 0.6667
 * ```
 */
export const lrnWithinChannelScale = defKernel<LrnWithinChannelAttributes>({
  name: 'lrn_within_channel_scale',
  inputs: ['x'],
  scalars: ['alpha', 'k'],
  body: function (this: KernelThread, x: View3, alpha: number, k: number) {
    const n = Math.floor((this.thread.z + 0.5) / this.constants.H);
    const h0 = this.thread.z - n * this.constants.H - this.constants.reach;
    const w0 = this.thread.y - this.constants.reach;
    let sum = 0;
    for (let r = 0; r < this.constants.size; r++) {
      const h = h0 + r;
      if (h >= 0 && h < this.constants.H) {
        for (let s = 0; s < this.constants.size; s++) {
          const w = w0 + s;
          if (w >= 0 && w < this.constants.W) {
            const value = x[n * this.constants.H + h][w][this.thread.x];
            sum += value * value;
          }
        }
      }
    }
    return k + alpha * sum;
  },
  plan: ([x], attributes) => {
    const { view, constants } = lrnWithinChannelGeometry('lrn_within_channel_scale', x, attributes);
    return { output: x, views: [view], grid: view, constants };
  },
});
