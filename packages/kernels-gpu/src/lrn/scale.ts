import { defKernel, type KernelThread, type View3 } from '@convkit/tensor';
import { lrnGeometry, type LrnAttributes } from './geometry.js';

/**
 * The denominator of local response normalisation across channels, before its power:
 *
 *     scale[n, h, w, c] = k + alpha · Σ_j x[n, h, w, j]²   over the channels j from c - floor((size-1)/2) to c + ceil((size-1)/2) that exist in its group
 *
 * N image, H W rows and columns, C channel. Forward and backward both read it, so it is kept between them.
 * Source: A. Krizhevsky, I. Sutskever, G. Hinton, "ImageNet classification with deep convolutional neural networks", 2012, section 3.3.
 *
 * Input: `x` `[N, H, W, C]`. Output: the same shape.
 */
export const lrnScale = defKernel<LrnAttributes>({
  name: 'lrn_scale',
  inputs: ['x'],
  scalars: ['alpha', 'k'],
  body: function (this: KernelThread, x: View3, alpha: number, k: number) {
    let sum = 0;
    for (let t = 0; t < this.constants.size; t++) {
      const j = this.thread.x - this.constants.before + t;
      if (j >= 0 && j < this.constants.C) {
        const value = x[this.thread.z][this.thread.y][j];
        sum += value * value;
      }
    }
    return k + alpha * sum;
  },
  plan: ([x], attributes) => {
    const { view, constants } = lrnGeometry('lrn_scale', x, attributes);
    return { output: x, views: [view], grid: view, constants };
  },
});
