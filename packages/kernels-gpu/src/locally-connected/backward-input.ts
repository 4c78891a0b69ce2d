import { defKernel, type KernelThread, type View3 } from '@convkit/tensor';
import { assertAxes, assertShapeIs, assertWhole } from '../plan/shape-checks.js';
import type { Pair } from '../plan/window.js';
import { locallyConnectedGeometry, type LocallyConnectedAttributes } from './geometry.js';

/** {@link LocallyConnectedAttributes} and the rows and columns of the input, which the output alone does not tell. */
export type LocallyConnectedBackwardInputAttributes = LocallyConnectedAttributes & {
  /** Rows and columns of the input, `[H, W]`. */
  readonly inputSize: Pair;
};

/**
 * Gradient of a locally connected convolution by its input: every pixel gathers from the places whose filter covered it.
 *
 *     dx[n, h, w, c] = Σ_p Σ_q Σ_k dy[n, p, q, k] · weight[p, q, r, s, c, k]   with r = h + top - p·strideH, s = w + left - q·strideW inside the filter
 *
 * The places are counted down from the last that can cover the pixel, so a stride costs no idle rounds. The weights are read as they lie, not turned round as those of a
 * convolution: there are P·Q times as many, and a copy of them would be the largest tensor of the pass. Letters and source: {@link locallyConnectedForward}.
 *
 * Inputs: `dy` `[N, P, Q, K]`, `weight` `[P, Q, R, S, C, K]`. Output `[N, H, W, C]`.
 *
 * @example
 * ```ts
 * import { locallyConnectedBackwardInput } from '@convkit/kernels-gpu';
 * import { openHostDevice } from '@convkit/tensor';
 *
 * const device = openHostDevice();
 * using dy = await device.upload([1, 1, 2, 1], Float32Array.of(1, 10), 'dy');
 * using weight = await device.upload([1, 2, 1, 2, 1, 1], Float32Array.of(1, 2, 3, 4), 'weight');
 * using dx = await device.run(locallyConnectedBackwardInput, [dy, weight], { stride: [1, 1], padding: [0, 0, 0, 0], inputSize: [1, 3] });
 * console.log((await device.download(dx)).data); // Float32Array(3) [ 1, 32, 40 ]
 * ```
 */
export const locallyConnectedBackwardInput = defKernel<LocallyConnectedBackwardInputAttributes>({
  name: 'locally_connected_backward_input',
  inputs: ['dy', 'weight'],
  body: function (this: KernelThread, dy: View3, weight: View3) {
    const n = Math.floor((this.thread.z + 0.5) / this.constants.H);
    const h = this.thread.z - n * this.constants.H + this.constants.top;
    const w = this.thread.y + this.constants.left;
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
              sum += dy[n * this.constants.P + p][q][k] * weight[p * this.constants.Q + q][(r * this.constants.S + s) * this.constants.C + this.thread.x][k];
            }
          }
        }
      }
    }
    return sum;
  },
  plan: ([dy, weight], attributes) => {
    assertAxes('locally_connected_backward_input', 'dy', dy, 'N, P, Q, K');
    assertAxes('locally_connected_backward_input', 'weight', weight, 'P, Q, R, S, C, K');
    assertWhole('locally_connected_backward_input', 'inputSize', attributes.inputSize, 2, 1);
    const [, , R, S, C, K] = weight;
    const x = [dy[0], ...attributes.inputSize, C];
    const geometry = locallyConnectedGeometry('locally_connected_backward_input', x, [R, S], K, attributes);
    const { output, imageView, weightView, outputView, constants } = geometry;
    assertShapeIs('locally_connected_backward_input', 'weight', { dy, weight }, geometry.weight, 'inputSize and its filters make it');
    assertShapeIs('locally_connected_backward_input', 'dy', { dy, weight }, output, 'inputSize and weight make it');
    return {
      output: x,
      views: [outputView, weightView],
      grid: imageView,
      constants: { ...constants, placesH: Math.ceil(R / constants.strideH), placesW: Math.ceil(S / constants.strideW) },
    };
  },
});
