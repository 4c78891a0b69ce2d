import { defKernel, type KernelThread, type View3 } from '@convkit/tensor';
import { assertAxes, assertShapeIs, assertWhole } from '../plan/shape-checks.js';
import type { Pair } from '../plan/window.js';
import { conv2dGeometry, type Conv2dAttributes } from './geometry.js';

/** {@link Conv2dAttributes}, and what the gradient of the weights needs beside them. */
export type Conv2dBackwardWeightsAttributes = Conv2dAttributes & {
  /** Rows and columns of the filters, `[R, S]`. */
  readonly kernelSize: Pair;
  /** Slabs of images into which the sum is cut, at least 1; see `splitsFor`. */
  readonly splits: number;
};

/**
 * Gradient of a convolution by its weights, in partial sums over slabs of whole images:
 *
 *     dw[slab, r, s, c, g, k] = Σ_n Σ_p Σ_q x[n, p·strideH + r - top, q·strideW + s - left, g, c] · dy[n, p, q, g, k]   with n in the slab
 *
 * A slab holds floor(N / splits) images, and the first N mod splits slabs hold one more. Images are the innermost loop, and the odd one stands outside it:
 * so borders are tested once for all images, and the loop tests nothing. `sumRows` adds the slabs. Letters and source: {@link conv2dForward}.
 *
 * Inputs: `x` `[N, H, W, C·G]`, `dy` `[N, P, Q, G·K]`. Output `[splits, R, S, C, G·K]`.
 */
export const conv2dBackwardWeights = defKernel<Conv2dBackwardWeightsAttributes>({
  name: 'conv2d_backward_weights',
  inputs: ['x', 'dy'],
  body: function (this: KernelThread, x: View3, dy: View3) {
    const slab = Math.floor((this.thread.z + 0.5) / (this.constants.R * this.constants.S));
    const tap = this.thread.z - slab * this.constants.R * this.constants.S;
    const r = Math.floor((tap + 0.5) / this.constants.S);
    const s = tap - r * this.constants.S;
    const c = Math.floor((this.thread.y + 0.5) / this.constants.G);
    const g = this.thread.y - c * this.constants.G;
    let sum = 0;
    for (let p = 0; p < this.constants.P; p++) {
      const h = p * this.constants.strideH + r - this.constants.top;
      if (h >= 0 && h < this.constants.H) {
        for (let q = 0; q < this.constants.Q; q++) {
          const w = q * this.constants.strideW + s - this.constants.left;
          if (w >= 0 && w < this.constants.W) {
            for (let i = 0; i < this.constants.slabImages; i++) {
              const n = slab * this.constants.slabImages + i;
              sum += x[n * this.constants.H + h][w * this.constants.G + g][c] * dy[n * this.constants.P + p][q * this.constants.G + g][this.thread.x];
            }
            if (slab < this.constants.rest) {
              const n = this.constants.splits * this.constants.slabImages + slab;
              sum += x[n * this.constants.H + h][w * this.constants.G + g][c] * dy[n * this.constants.P + p][q * this.constants.G + g][this.thread.x];
            }
          }
        }
      }
    }
    return sum;
  },
  plan: ([x, dy], attributes) => {
    const { groups, kernelSize, splits } = attributes;
    assertAxes('conv2d_backward_weights', 'x', x, 'N, H, W, C');
    assertAxes('conv2d_backward_weights', 'dy', dy, 'N, P, Q, K');
    assertWhole('conv2d_backward_weights', 'groups', [groups], 1, 1);
    assertWhole('conv2d_backward_weights', 'kernelSize', kernelSize, 2, 1);
    assertWhole('conv2d_backward_weights', 'splits', [splits], 1, 1);
    const weight = [...kernelSize, Math.ceil(x[3] / groups), dy[3]];
    const { output, imageView, weightView, outputView, constants } = conv2dGeometry('conv2d_backward_weights', x, weight, attributes);
    assertShapeIs('conv2d_backward_weights', 'dy', { x, dy }, output, 'x and kernelSize make it');
    const [taps, ...filters] = weightView;
    return {
      output: [splits, ...weight],
      views: [imageView, outputView],
      grid: [splits * taps, ...filters],
      constants: { ...constants, splits, slabImages: Math.floor(constants.N / splits), rest: constants.N % splits },
    };
  },
});
