import { defKernel, type KernelThread, type View2, type View3 } from '@convkit/tensor';
import { assertShapeIs } from '../plan/shape-checks.js';
import { conv2dGeometry, type Conv2dAttributes } from './geometry.js';

/**
 * Convolution of images with filters:
 *
 *     y[n, p, q, g, k] = bias[g, k] + Σ_r Σ_s Σ_c x[n, p·strideH + r - top, q·strideW + s - left, g, c] · weight[r, s, c, g, k]
 *
 * N image, H W input rows and columns, R S filter rows and columns, P Q output rows and columns, G group, C K input and output channels of one group.
 * Pixels outside the image are zero. It is a correlation, as in all networks: the filter is not turned round.
 * Source: A. Krizhevsky, I. Sutskever, G. Hinton, "ImageNet classification with deep convolutional neural networks", 2012, section 3.5.
 *
 * Inputs: `x` `[N, H, W, C·G]`, `weight` `[R, S, C, G·K]`, `bias` `[G·K]`. Output `[N, P, Q, G·K]`, `P = floor((H + top + bottom - R) / strideH) + 1`.
 *
 * @example
 * ```ts
 * import { conv2dForward } from '@convkit/kernels-gpu';
 * import { openHostDevice } from '@convkit/tensor';
 *
 * const device = openHostDevice();
 * using x = await device.upload([1, 3, 3, 1], Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9), 'x');
 * using weight = await device.upload([2, 2, 1, 1], Float32Array.of(1, 0, 0, 1), 'weight');
 * using bias = await device.upload([1], Float32Array.of(0), 'bias');
 * using y = await device.run(conv2dForward, [x, weight, bias], { stride: [1, 1], padding: [0, 0, 0, 0], groups: 1 });
 * console.log(y.shape, (await device.download(y)).data); // [ 1, 2, 2, 1 ] Float32Array(4) [ 6, 8, 12, 14 ]
 * ```
 */
export const conv2dForward = defKernel<Conv2dAttributes>({
  name: 'conv2d_forward',
  inputs: ['x', 'weight', 'bias'],
  body: function (this: KernelThread, x: View3, weight: View3, bias: View2) {
    const n = Math.floor((this.thread.z + 0.5) / this.constants.P);
    const p = this.thread.z - n * this.constants.P;
    const q = Math.floor((this.thread.y + 0.5) / this.constants.G);
    const g = this.thread.y - q * this.constants.G;
    let sum = bias[g][this.thread.x];
    for (let r = 0; r < this.constants.R; r++) {
      const h = p * this.constants.strideH + r - this.constants.top;
      if (h >= 0 && h < this.constants.H) {
        for (let s = 0; s < this.constants.S; s++) {
          const w = q * this.constants.strideW + s - this.constants.left;
          if (w >= 0 && w < this.constants.W) {
            for (let c = 0; c < this.constants.C; c++) {
              sum += x[n * this.constants.H + h][w * this.constants.G + g][c] * weight[r * this.constants.S + s][c * this.constants.G + g][this.thread.x];
            }
          }
        }
      }
    }
    return sum;
  },
  plan: ([x, weight, bias], attributes) => {
    const { output, imageView, weightView, outputView, constants } = conv2dGeometry('conv2d_forward', x, weight, attributes);
    assertShapeIs('conv2d_forward', 'bias', { x, weight, bias }, [weight[3]], 'weight makes it');
    return { output, views: [imageView, weightView, [constants.G, constants.K]], grid: outputView, constants };
  },
});
