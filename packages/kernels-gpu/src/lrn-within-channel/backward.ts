import { defKernel, type KernelThread, type View3 } from '@convkit/tensor';
import { assertShapeIs } from '../plan/shape-checks.js';
import { lrnWithinChannelGeometry, type LrnWithinChannelAttributes } from './geometry.js';

/**
 * Gradient of local response normalisation within a channel:
 *
 *     dx[h, w] = dy[h, w] · scale[h, w]^-beta - 2 · alpha · beta · x[h, w] · Σ_i Σ_j dy[i, j] · x[i, j] · scale[i, j]^(-beta-1)   over the pixels i, j whose window holds h, w
 *
 * in every channel of every image. Letters, source and `scale`: {@link lrnWithinChannelScale}; the square roots: {@link lrnForward}.
 *
 * Inputs: `x`, `scale` and `dy` `[N, H, W, C]`. Output: the same shape.
 */
export const lrnWithinChannelBackward = defKernel<LrnWithinChannelAttributes>({
  name: 'lrn_within_channel_backward',
  inputs: ['x', 'scale', 'dy'],
  scalars: ['alpha', 'beta'],
  body: function (this: KernelThread, x: View3, scale: View3, dy: View3, alpha: number, beta: number) {
    const n = Math.floor((this.thread.z + 0.5) / this.constants.H);
    const h0 = this.thread.z - n * this.constants.H - this.constants.reach;
    const w0 = this.thread.y - this.constants.reach;
    let own = 0;
    let sum = 0;
    for (let r = 0; r < this.constants.size; r++) {
      const h = h0 + r;
      if (h >= 0 && h < this.constants.H) {
        for (let s = 0; s < this.constants.size; s++) {
          const w = w0 + s;
          if (w >= 0 && w < this.constants.W) {
            const base = scale[n * this.constants.H + h][w][this.thread.x];
            let power = 0;
            if (beta === 0.75) power = Math.sqrt(base) * Math.sqrt(Math.sqrt(base));
            else power = Math.pow(base, beta);
            const slope = dy[n * this.constants.H + h][w][this.thread.x] / power;
            sum += slope * x[n * this.constants.H + h][w][this.thread.x] / base;
            if (r === this.constants.reach && s === this.constants.reach) own = slope;
          }
        }
      }
    }
    return own - 2 * alpha * beta * x[this.thread.z][this.thread.y][this.thread.x] * sum;
  },
  plan: ([x, scale, dy], attributes) => {
    const { view, constants } = lrnWithinChannelGeometry('lrn_within_channel_backward', x, attributes);
    assertShapeIs('lrn_within_channel_backward', 'scale', { x, scale, dy }, x, 'x is');
    assertShapeIs('lrn_within_channel_backward', 'dy', { x, scale, dy }, x, 'x is');
    return { output: x, views: [view, view, view], grid: view, constants };
  },
});
