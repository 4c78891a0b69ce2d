import { defKernel, type KernelThread, type View3 } from '@convkit/tensor';
import { poolGeometry, type PoolAttributes } from '../plan/pool-geometry.js';
import { assertAxes, assertShapeIs, assertWhole } from '../plan/shape-checks.js';
import type { Pair } from '../plan/window.js';

/** {@link PoolAttributes} and the rows and columns of the input, which the output alone does not tell. */
export type AvgPoolBackwardAttributes = PoolAttributes & {
  /** Rows and columns of the input, `[H, W]`. */
  readonly inputSize: Pair;
};

/**
 * Gradient of average pooling: a pixel gathers its share of `dy` from the windows that hold it.
 *
 *     dx[n, h, w, c] = Σ_p Σ_q dy[n, p, q, c] / the number of pixels of window p, q inside the image
 *
 * The places are counted down from the last that can hold the pixel. Letters and source: {@link avgPoolForward}.
 *
 * Input: `dy` `[N, P, Q, C]`. Output `[N, H, W, C]`, with `inputSize` `[H, W]`.
 *
 * @example
 * ```ts
 * import { avgPoolBackward } from '@convkit/kernels-gpu';
 * import { openHostDevice } from '@convkit/tensor';
 *
 * const device = openHostDevice();
 * using dy = await device.upload([1, 1, 2, 1], Float32Array.of(4, 6), 'dy');
 * using dx = await device.run(avgPoolBackward, [dy], { window: [1, 2], stride: [1, 2], padding: [0, 1, 0, 0], inputSize: [1, 3] });
 * console.log((await device.download(dx)).data); // Float32Array(3) [ 2, 2, 6 ]
 * ```
 */
export const avgPoolBackward = defKernel<AvgPoolBackwardAttributes>({
  name: 'avg_pool_backward',
  inputs: ['dy'],
  body: function (this: KernelThread, dy: View3) {
    const n = Math.floor((this.thread.z + 0.5) / this.constants.H);
    const h = this.thread.z - n * this.constants.H;
    const w = this.thread.y;
    const lastP = Math.floor((h + this.constants.top + 0.5) / this.constants.strideH);
    const lastQ = Math.floor((w + this.constants.left + 0.5) / this.constants.strideW);
    let sum = 0;
    for (let i = 0; i < this.constants.placesH; i++) {
      const p = lastP - i;
      const h0 = p * this.constants.strideH - this.constants.top;
      const endH = h0 + this.constants.R;
      if (p >= 0 && p < this.constants.P && h < endH) {
        const rows = Math.min(endH, this.constants.H) - Math.max(h0, 0);
        for (let j = 0; j < this.constants.placesW; j++) {
          const q = lastQ - j;
          const w0 = q * this.constants.strideW - this.constants.left;
          const endW = w0 + this.constants.S;
          if (q >= 0 && q < this.constants.Q && w < endW) {
            const columns = Math.min(endW, this.constants.W) - Math.max(w0, 0);
            sum += dy[n * this.constants.P + p][q][this.thread.x] / (rows * columns);
          }
        }
      }
    }
    return sum;
  },
  plan: ([dy], attributes) => {
    assertAxes('avg_pool_backward', 'dy', dy, 'N, P, Q, C');
    assertWhole('avg_pool_backward', 'inputSize', attributes.inputSize, 2, 1);
    const x = [dy[0], ...attributes.inputSize, dy[3]];
    const { output, imageView, outputView, constants } = poolGeometry('avg_pool_backward', x, attributes);
    assertShapeIs('avg_pool_backward', 'dy', { dy }, output, 'inputSize makes it');
    return {
      output: x,
      views: [outputView],
      grid: imageView,
      constants: { ...constants, placesH: Math.ceil(constants.R / constants.strideH), placesW: Math.ceil(constants.S / constants.strideW) },
    };
  },
});
