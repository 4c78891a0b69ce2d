import { defKernel, type KernelThread, type View2, type View3 } from '@convkit/tensor';
import { assertAxes, assertShapeIs } from '../plan/shape-checks.js';
import { locallyConnectedGeometry, type LocallyConnectedAttributes } from './geometry.js';

/**
 * Convolution whose filters are not shared: every place has its own, and its own bias for each of them.
 *
 *     y[n, p, q, k] = bias[p, q, k] + Σ_r Σ_s Σ_c x[n, p·strideH + r - top, q·strideW + s - left, c] · weight[p, q, r, s, c, k]
 *
 * N image, H W input rows and columns, R S filter rows and columns, P Q output rows and columns, C K input and output channels. Pixels outside the image are zero.
 * Source: A. Krizhevsky, cuda-convnet, layers of type `local` (layer.py, LocalUnsharedLayerParser), which hold modules · filters biases; only its `conv` layers can share them
 * among places.
 *
 * Inputs: `x` `[N, H, W, C]`, `weight` `[P, Q, R, S, C, K]`, `bias` `[P, Q, K]`. Output `[N, P, Q, K]`, `P = floor((H + top + bottom - R) / strideH) + 1`.
 *
 * @example
 * ```ts
 * import { locallyConnectedForward } from '@convkit/kernels-gpu';
 * import { openHostDevice } from '@convkit/tensor';
 *
 * const device = openHostDevice();
 * using x = await device.upload([1, 1, 3, 1], Float32Array.of(1, 2, 3), 'x');
 * using weight = await device.upload([1, 2, 1, 2, 1, 1], Float32Array.of(1, 1, 1, -1), 'weight');
 * using bias = await device.upload([1, 2, 1], Float32Array.of(0, 10), 'bias');
 * using y = await device.run(locallyConnectedForward, [x, weight, bias], { stride: [1, 1], padding: [0, 0, 0, 0] });
 * console.log(y.shape, (await device.download(y)).data); // [ 1, 1, 2, 1 ] Float32Array(2) [ 3, 9 ]
 * ```
 */
export const locallyConnectedForward = defKernel<LocallyConnectedAttributes>({
  name: 'locally_connected_forward',
  inputs: ['x', 'weight', 'bias'],
  body: function (this: KernelThread, x: View3, weight: View3, bias: View2) {
    const n = Math.floor((this.thread.z + 0.5) / this.constants.P);
    const p = this.thread.z - n * this.constants.P;
    let sum = bias[p * this.constants.Q + this.thread.y][this.thread.x];
    for (let r = 0; r < this.constants.R; r++) {
      const h = p * this.constants.strideH + r - this.constants.top;
      if (h >= 0 && h < this.constants.H) {
        for (let s = 0; s < this.constants.S; s++) {
          const w = this.thread.y * this.constants.strideW + s - this.constants.left;
          if (w >= 0 && w < this.constants.W) {
            for (let c = 0; c < this.constants.C; c++) {
              sum += x[n * this.constants.H + h][w][c] * weight[p * this.constants.Q + this.thread.y][(r * this.constants.S + s) * this.constants.C + c][this.thread.x];
            }
          }
        }
      }
    }
    return sum;
  },
  plan: ([x, weight, bias], attributes) => {
    assertAxes('locally_connected_forward', 'weight', weight, 'P, Q, R, S, C, K');
    const [, , R, S, , K] = weight;
    const geometry = locallyConnectedGeometry('locally_connected_forward', x, [R, S], K, attributes);
    const { output, imageView, weightView, outputView, constants } = geometry;
    assertShapeIs('locally_connected_forward', 'weight', { x, weight }, geometry.weight, 'x and its filters make it');
    assertShapeIs('locally_connected_forward', 'bias', { x, weight, bias }, geometry.bias, 'weight makes it');
    return { output, views: [imageView, weightView, [constants.P * constants.Q, K]], grid: outputView, constants };
  },
});
