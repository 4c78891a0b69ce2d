import { defKernel, type KernelThread, type View3 } from '@convkit/tensor';
import { assertShapeIs } from '../plan/shape-checks.js';
import { poolGeometry, type PoolAttributes } from '../plan/pool-geometry.js';

/**
 * Gradient of max pooling: a pixel gathers `dy` from the windows in which it is the first largest, row by row.
 *
 *     dx[n, h, w, c] = Σ_p Σ_q dy[n, p, q, c]   where every earlier pixel of the window is below x[n, h, w, c] and no later one is above it
 *
 * The places are counted down from the last that can hold the pixel. Letters and source: {@link maxPoolForward}.
 *
 * Inputs: `x` `[N, H, W, C]`, `dy` `[N, P, Q, C]`. Output: the shape of `x`.
 */
export const maxPoolBackward = defKernel<PoolAttributes>({
  name: 'max_pool_backward',
  inputs: ['x', 'dy'],
  body: function (this: KernelThread, x: View3, dy: View3) {
    const n = Math.floor((this.thread.z + 0.5) / this.constants.H);
    const h = this.thread.z - n * this.constants.H;
    const w = this.thread.y;
    const lastP = Math.floor((h + this.constants.top + 0.5) / this.constants.strideH);
    const lastQ = Math.floor((w + this.constants.left + 0.5) / this.constants.strideW);
    const own = x[this.thread.z][this.thread.y][this.thread.x];
    let sum = 0;
    for (let i = 0; i < this.constants.placesH; i++) {
      const p = lastP - i;
      const h0 = p * this.constants.strideH - this.constants.top;
      if (p >= 0 && p < this.constants.P && h < h0 + this.constants.R) {
        for (let j = 0; j < this.constants.placesW; j++) {
          const q = lastQ - j;
          const w0 = q * this.constants.strideW - this.constants.left;
          if (q >= 0 && q < this.constants.Q && w < w0 + this.constants.S) {
            let gradient = dy[n * this.constants.P + p][q][this.thread.x];
            for (let r = 0; r < this.constants.R; r++) {
              const row = h0 + r;
              if (row >= 0 && row < this.constants.H) {
                for (let s = 0; s < this.constants.S; s++) {
                  const column = w0 + s;
                  if (column >= 0 && column < this.constants.W) {
                    const other = x[n * this.constants.H + row][column][this.thread.x];
                    if (row < h || (row === h && column < w)) {
                      if (other >= own) gradient = 0;
                    } else if (other > own) gradient = 0;
                  }
                }
              }
            }
            sum += gradient;
          }
        }
      }
    }
    return sum;
  },
  plan: ([x, dy], attributes) => {
    const { output, imageView, outputView, constants } = poolGeometry('max_pool_backward', x, attributes);
    assertShapeIs('max_pool_backward', 'dy', { x, dy }, output, 'x makes it');
    return {
      output: x,
      views: [imageView, outputView],
      grid: imageView,
      constants: { ...constants, placesH: Math.ceil(constants.R / constants.strideH), placesW: Math.ceil(constants.S / constants.strideW) },
    };
  },
});
