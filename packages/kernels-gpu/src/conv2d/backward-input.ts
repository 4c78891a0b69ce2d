import { defKernel, type KernelThread, type View3 } from '@convkit/tensor';
import { assertAxes, assertShapeIs, assertWhole } from '../plan/shape-checks.js';
import type { Pair } from '../plan/window.js';
import { conv2dGeometry, type Conv2dAttributes } from './geometry.js';

/** {@link Conv2dAttributes} and the rows and columns of the input, which the output alone does not tell. */
export type Conv2dBackwardInputAttributes = Conv2dAttributes & {
  /** Rows and columns of the input, `[H, W]`. */
  readonly inputSize: Pair;
};

/**
 * Gradient of a convolution by its input: every pixel gathers from the places whose filter covered it.
 *
 *     dx[n, h, w, g, c] = Σ_p Σ_q Σ_k dy[n, p, q, g, k] · weight[r, s, c, g, k]   with r = h + top - p·strideH, s = w + left - q·strideW inside the filter
 *
 * The places are counted down from the last that can cover the pixel, so a stride costs no idle rounds.
 * The weights come with their last two axes swapped, by {@link transpose}. Letters and source: {@link conv2dForward}.
 *
 * Inputs: `dy` `[N, P, Q, G·K]`, `transposedWeight` `[R, S, G·K, C]`. Output `[N, H, W, C·G]`.
 *
 * @example
 * ```ts
 * import { conv2dBackwardInput, transpose } from '@convkit/kernels-gpu';
 * import { openHostDevice } from '@convkit/tensor';
 *
 * const device = openHostDevice();
 * using weight = await device.upload([2, 2, 1, 1], Float32Array.of(1, 0, 0, 1), 'weight');
 * using transposedWeight = await device.run(transpose, [weight], {});
 * using dy = await device.upload([1, 2, 2, 1], Float32Array.of(1, 2, 3, 4), 'dy');
 * const attributes = { stride: [1, 1], padding: [0, 0, 0, 0], groups: 1, inputSize: [3, 3] } as const;
 * using dx = await device.run(conv2dBackwardInput, [dy, transposedWeight], attributes);
 * console.log((await device.download(dx)).data); // Float32Array(9) [ 1, 2, 0, 3, 5, 2, 0, 3, 4 ]
 * ```
 */
export const conv2dBackwardInput = defKernel<Conv2dBackwardInputAttributes>({
  name: 'conv2d_backward_input',
  inputs: ['dy', 'transposedWeight'],
  body: function (this: KernelThread, dy: View3, transposedWeight: View3) {
    const n = Math.floor((this.thread.z + 0.5) / this.constants.H);
    const h = this.thread.z - n * this.constants.H + this.constants.top;
    const pixel = Math.floor((this.thread.y + 0.5) / this.constants.G);
    const g = this.thread.y - pixel * this.constants.G;
    const w = pixel + this.constants.left;
    const lastP = Math.floor((h + 0.5) / this.constants.strideH);
    const lastQ = Math.floor((w + 0.5) / this.constants.strideW);
    let sum = 0;
    for (let i = 0; i < this.constants.placesH; i++) {
      const p = lastP - i;
      const r = h - p * this.constants.strideH;
      if (p >= 0 && p < this.constants.P && r < this.constants.R) {
        for (let j = 0; j < this.constants.placesW; j++) {
          const q = lastQ - j;
          const s = w - q * this.constants.strideW;
          if (q >= 0 && q < this.constants.Q && s < this.constants.S) {
            for (let k = 0; k < this.constants.K; k++) {
              sum += dy[n * this.constants.P + p][q * this.constants.G + g][k] * transposedWeight[r * this.constants.S + s][g * this.constants.K + k][this.thread.x];
            }
          }
        }
      }
    }
    return sum;
  },
  plan: ([dy, transposedWeight], attributes) => {
    assertAxes('conv2d_backward_input', 'dy', dy, 'N, P, Q, K');
    assertAxes('conv2d_backward_input', 'transposedWeight', transposedWeight, 'R, S, K, C/G');
    assertWhole('conv2d_backward_input', 'groups', [attributes.groups], 1, 1);
    assertWhole('conv2d_backward_input', 'inputSize', attributes.inputSize, 2, 1);
    const [R, S, outputs, C] = transposedWeight;
    const x = [dy[0], ...attributes.inputSize, C * attributes.groups];
    const { output, imageView, outputView, constants } = conv2dGeometry('conv2d_backward_input', x, [R, S, C, outputs], attributes);
    assertShapeIs('conv2d_backward_input', 'dy', { dy, transposedWeight }, output, 'inputSize and transposedWeight make it');
    return {
      output: x,
      views: [outputView, [R * S, outputs, C]],
      grid: imageView,
      constants: { ...constants, placesH: Math.ceil(R / constants.strideH), placesW: Math.ceil(S / constants.strideW) },
    };
  },
});
