import { ShapeError, defKernel, formatShape, sameShape, sizeOf, type KernelThread, type View1 } from '@convkit/tensor';

/** A gradient times a number that is on the device: `g' = g · factor[0]`. Inputs: `gradient` of any shape, `factor` `[1]`, which `clipFactor` makes. Output: the shape of the gradient. */
export const clipGradient = defKernel({
  name: 'clip_gradient',
  inputs: ['gradient', 'factor'],
  body: function (this: KernelThread, gradient: View1, factor: View1) {
    return gradient[this.thread.x] * factor[0];
  },
  plan: ([gradient, factor]) => {
    if (!sameShape(factor, [1])) throw new ShapeError({ code: 'SHAPE_MISMATCH', message: `clip_gradient: factor is ${formatShape(factor)}, but must be [1].` });
    return { output: gradient, views: [[sizeOf(gradient)], factor], grid: [sizeOf(gradient)], constants: {} };
  },
});
