import { defKernel, type KernelThread, type View3 } from '@convkit/tensor';
import { assertShapeIs } from '../plan/shape-checks.js';
import { lrnGeometry, type LrnAttributes } from './geometry.js';

/**
 * Gradient of local response normalisation, across channels:
 *
 *     dx[c] = dy[c] · scale[c]^-beta - 2 · alpha · beta · x[c] · Σ_j dy[j] · x[j] · scale[j]^(-beta-1)   over the channels j whose window holds c
 *
 * at every pixel. Letters, source and `scale`: {@link lrnScale}; the square roots: {@link lrnForward}.
 *
 * Inputs: `x`, `scale` and `dy` `[N, H, W, C]`. Output: the same shape.
 */
export const lrnBackward = defKernel<LrnAttributes>({
  name: 'lrn_backward',
  inputs: ['x', 'scale', 'dy'],
  scalars: ['alpha', 'beta'],
  body: function (this: KernelThread, x: View3, scale: View3, dy: View3, alpha: number, beta: number) {
    let own = 0;
    let sum = 0;
    for (let t = 0; t < this.constants.size; t++) {
      const j = this.thread.x - this.constants.after + t;
      if (j >= 0 && j < this.constants.C) {
        const base = scale[this.thread.z][this.thread.y][j];
        let power = 0;
        if (beta === 0.75) power = Math.sqrt(base) * Math.sqrt(Math.sqrt(base));
        else power = Math.pow(base, beta);
        const slope = dy[this.thread.z][this.thread.y][j] / power;
        sum += slope * x[this.thread.z][this.thread.y][j] / base;
        if (t === this.constants.after) own = slope;
      }
    }
    return own - 2 * alpha * beta * x[this.thread.z][this.thread.y][this.thread.x] * sum;
  },
  plan: ([x, scale, dy], attributes) => {
    const { view, constants } = lrnGeometry('lrn_backward', x, attributes);
    assertShapeIs('lrn_backward', 'scale', { x, scale, dy }, x, 'x is');
    assertShapeIs('lrn_backward', 'dy', { x, scale, dy }, x, 'x is');
    return { output: x, views: [view, view, view], grid: view, constants };
  },
});
