import { defKernel, type KernelThread, type View3 } from '@convkit/tensor';
import { poolGeometry, type PoolAttributes } from '../plan/pool-geometry.js';

/**
 * The largest number of every window:
 *
 *     y[n, p, q, c] = max over r, s of x[n, p·strideH + r - top, q·strideW + s - left, c]   as far as the pixel exists
 *
 * N image, H W input rows and columns, R S window rows and columns, P Q output rows and columns, C channel. Windows may overlap (stride below window).
 * Source: A. Krizhevsky, I. Sutskever, G. Hinton, "ImageNet classification with deep convolutional neural networks", 2012, section 3.4.
 *
 * Input: `x` `[N, H, W, C]`. Output `[N, P, Q, C]`, `P = floor((H + top + bottom - R) / strideH) + 1`; `ceilPadding` gives the rule that leaves no pixel out.
 *
 * @example
 * ```ts
 * import { maxPoolForward } from '@convkit/kernels-gpu';
 * import { openHostDevice } from '@convkit/tensor';
 *
 * const device = openHostDevice();
 * using x = await device.upload([1, 3, 3, 1], Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9), 'x');
 * using y = await device.run(maxPoolForward, [x], { window: [2, 2], stride: [1, 1], padding: [0, 0, 0, 0] });
 * console.log((await device.download(y)).data); // Float32Array(4) [ 5, 6, 8, 9 ]
 * ```
 */
export const maxPoolForward = defKernel<PoolAttributes>({
  name: 'max_pool_forward',
  inputs: ['x'],
  body: function (this: KernelThread, x: View3) {
    const n = Math.floor((this.thread.z + 0.5) / this.constants.P);
    const h0 = (this.thread.z - n * this.constants.P) * this.constants.strideH - this.constants.top;
    const w0 = this.thread.y * this.constants.strideW - this.constants.left;
    const firstH = Math.max(h0, 0);
    const firstW = Math.max(w0, 0);
    let highest = x[n * this.constants.H + firstH][firstW][this.thread.x];
    for (let r = 0; r < this.constants.R; r++) {
      const h = h0 + r;
      if (h >= 0 && h < this.constants.H) {
        for (let s = 0; s < this.constants.S; s++) {
          const w = w0 + s;
          if (w >= 0 && w < this.constants.W) {
            highest = Math.max(highest, x[n * this.constants.H + h][w][this.thread.x]);
          }
        }
      }
    }
    return highest;
  },
  plan: ([x], attributes) => {
    const { output, imageView, outputView, constants } = poolGeometry('max_pool_forward', x, attributes);
    return { output, views: [imageView], grid: outputView, constants };
  },
});
