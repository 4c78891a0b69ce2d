import { defKernel, type KernelThread, type View3 } from '@convkit/tensor';
import { poolGeometry, type PoolAttributes } from '../plan/pool-geometry.js';

/**
 * The mean of every window, over the pixels that exist:
 *
 *     y[n, p, q, c] = Σ_r Σ_s x[n, p·strideH + r - top, q·strideW + s - left, c] / the number of its pixels inside the image
 *
 * N image, H W input rows and columns, R S window rows and columns, P Q output rows and columns, C channel. Windows may overlap (stride below window).
 * What lies outside is no zero and is not counted, as in PyTorch with `count_include_pad=False`. Caffe does the same where a window hangs over, but counts its own padding.
 * Source: A. Krizhevsky, cuda-convnet, conv_util.cuh (the average pooler divides by the clipped region).
 *
 * Input: `x` `[N, H, W, C]`. Output `[N, P, Q, C]`, `P = floor((H + top + bottom - R) / strideH) + 1`; `ceilPadding` gives the rule that leaves no pixel out.
 *
 * @example
 * ```ts
 * import { avgPoolForward } from '@convkit/kernels-gpu';
 * import { openHostDevice } from '@convkit/tensor';
 *
 * const device = openHostDevice();
 * using x = await device.upload([1, 3, 3, 1], Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9), 'x');
 * using y = await device.run(avgPoolForward, [x], { window: [2, 2], stride: [2, 2], padding: [0, 1, 1, 0] });
 * console.log((await device.download(y)).data); // Float32Array(4) [ 3, 4.5, 7.5, 9 ]
 * ```
 */
export const avgPoolForward = defKernel<PoolAttributes>({
  name: 'avg_pool_forward',
  inputs: ['x'],
  body: function (this: KernelThread, x: View3) {
    const n = Math.floor((this.thread.z + 0.5) / this.constants.P);
    const h0 = (this.thread.z - n * this.constants.P) * this.constants.strideH - this.constants.top;
    const w0 = this.thread.y * this.constants.strideW - this.constants.left;
    let sum = 0;
    let count = 0;
    for (let r = 0; r < this.constants.R; r++) {
      const h = h0 + r;
      if (h >= 0 && h < this.constants.H) {
        for (let s = 0; s < this.constants.S; s++) {
          const w = w0 + s;
          if (w >= 0 && w < this.constants.W) {
            sum += x[n * this.constants.H + h][w][this.thread.x];
            count += 1;
          }
        }
      }
    }
    return sum / count;
  },
  plan: ([x], attributes) => {
    const { output, imageView, outputView, constants } = poolGeometry('avg_pool_forward', x, attributes);
    return { output, views: [imageView], grid: outputView, constants };
  },
});
