import { defKernel, sizeOf, type KernelThread, type View1 } from '@convkit/tensor';
import { assertShapeIs } from '../plan/shape-checks.js';

/** Run-time number of {@link dropout}. */
export type DropoutAttributes = {
  /** What the kept numbers are multiplied with: `1 / keep` for inverted dropout, 1 for the form of 2012 (which halves at test time instead). */
  readonly scale: number;
};

/**
 * Dropout by a given mask: `y = x · mask · scale`. The gradient is the same kernel with `dy` in the place of `x`.
 * The mask is drawn on the host (`RandomDraws.fillMask`), so that all devices drop the same numbers.
 * Source: G. Hinton, N. Srivastava, A. Krizhevsky, I. Sutskever, R. Salakhutdinov, "Improving neural networks by preventing co-adaptation of feature detectors", 2012.
 *
 * Inputs: `x` and `mask` (1 keeps, 0 drops) of one shape. Output: that shape.
 *
 * @example
 * ```ts
 * import { dropout } from '@convkit/kernels-gpu';
 * import { RandomStream, openHostDevice } from '@convkit/tensor';
 *
 * const device = openHostDevice();
 * using x = await device.upload([4], Float32Array.of(1, 2, 3, 4), 'x');
 * using mask = await device.upload([4], new RandomStream(7, 'dropout').at(0).fillMask(new Float32Array(4), 0.5), 'mask');
 * using y = await device.run(dropout, [x, mask], { scale: 2 });
 * console.log((await device.download(y)).data.every((value, i) => value === 0 || value === 2 * (i + 1))); // true
 * ```
 */
export const dropout = defKernel<DropoutAttributes>({
  name: 'dropout',
  inputs: ['x', 'mask'],
  scalars: ['scale'],
  body: function (this: KernelThread, x: View1, mask: View1, scale: number) {
    return x[this.thread.x] * mask[this.thread.x] * scale;
  },
  plan: ([x, mask]) => {
    assertShapeIs('dropout', 'mask', { x, mask }, x, 'x is');
    return { output: x, views: [[sizeOf(x)], [sizeOf(x)]], grid: [sizeOf(x)], constants: {} };
  },
});
