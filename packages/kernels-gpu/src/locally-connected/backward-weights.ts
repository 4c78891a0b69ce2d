import { defKernel, type KernelThread, type View3 } from '@convkit/tensor';
import { assertAxes, assertShapeIs, assertWhole } from '../plan/shape-checks.js';
import type { Pair } from '../plan/window.js';
import { locallyConnectedGeometry, type LocallyConnectedAttributes } from './geometry.js';

/** {@link LocallyConnectedAttributes}, and what the gradient of the weights needs beside them. */
export type LocallyConnectedBackwardWeightsAttributes = LocallyConnectedAttributes & {
  /** Rows and columns of the filters, `[R, S]`. */
  readonly kernelSize: Pair;
};

/**
 * Gradient of a locally connected convolution by its weights:
 *
 *     dw[p, q, r, s, c, k] = Σ_n x[n, p·strideH + r - top, q·strideW + s - left, c] · dy[n, p, q, k]
 *
 * A weight is used once in each image, so its sum has N terms. That is far from what a device bears in one thread, hence no slabs as for a convolution.
 * The gradient by the bias is the sum of `dy` over the images, by `sumRows` with P·Q·K columns. Letters and source: {@link locallyConnectedForward}.
 *
 * Inputs: `x` `[N, H, W, C]`, `dy` `[N, P, Q, K]`. Output `[P, Q, R, S, C, K]`.
 *
 * @example
 * ```ts
 * import { locallyConnectedBackwardWeights } from '@convkit/kernels-gpu';
 * import { openHostDevice } from '@convkit/tensor';
 *
 * const device = openHostDevice();
 * using x = await device.upload([1, 1, 3, 1], Float32Array.of(1, 2, 3), 'x');
 * using dy = await device.upload([1, 1, 2, 1], Float32Array.of(1, 10), 'dy');
 * using dw = await device.run(locallyConnectedBackwardWeights, [x, dy], { stride: [1, 1], padding: [0, 0, 0, 0], kernelSize: [1, 2] });
 * console.log(dw.shape, (await device.download(dw)).data); // [ 1, 2, 1, 2, 1, 1 ] Float32Array(4) [ 1, 2, 20, 30 ]
 * ```
 */
export const locallyConnectedBackwardWeights = defKernel<LocallyConnectedBackwardWeightsAttributes>({
  name: 'locally_connected_backward_weights',
  inputs: ['x', 'dy'],
  body: function (this: KernelThread, x: View3, dy: View3) {
    const p = Math.floor((this.thread.z + 0.5) / this.constants.Q);
    const q = this.thread.z - p * this.constants.Q;
    const tap = Math.floor((this.thread.y + 0.5) / this.constants.C);
    const c = this.thread.y - tap * this.constants.C;
    const r = Math.floor((tap + 0.5) / this.constants.S);
    const h = p * this.constants.strideH + r - this.constants.top;
    const w = q * this.constants.strideW + tap - r * this.constants.S - this.constants.left;
    let sum = 0;
    if (h >= 0 && h < this.constants.H && w >= 0 && w < this.constants.W) {
      for (let n = 0; n < this.constants.N; n++) {
        sum += x[n * this.constants.H + h][w][c] * dy[n * this.constants.P + p][q][this.thread.x];
      }
    }
    return sum;
  },
  plan: ([x, dy], attributes) => {
    assertAxes('locally_connected_backward_weights', 'dy', dy, 'N, P, Q, K');
    assertWhole('locally_connected_backward_weights', 'kernelSize', attributes.kernelSize, 2, 1);
    const geometry = locallyConnectedGeometry('locally_connected_backward_weights', x, attributes.kernelSize, dy[3], attributes);
    const { output, weight, imageView, weightView, outputView, constants } = geometry;
    assertShapeIs('locally_connected_backward_weights', 'dy', { x, dy }, output, 'x and kernelSize make it');
    return { output: weight, views: [imageView, outputView], grid: weightView, constants };
  },
});
