import { ShapeError, defKernel, formatShape, sameShape, type KernelThread, type View3 } from '@convkit/tensor';
import { pixelView } from '../plan/pixel-view.js';
import { assertChannels } from './assert-channels.js';

/**
 * Two tensors side by side on the last axis: `y[…, c] = a[…, c]` for `c < A`, `y[…, A + c] = b[…, c]`.
 * Its gradients are two {@link sliceChannels}, by `a` from 0 to A and by `b` from A to A + B.
 *
 * Inputs: `a` `[…, A]`, `b` `[…, B]`, equal in all other axes. Output `[…, A + B]`.
 *
 * @example
 * ```ts
 * import { concatChannels } from '@convkit/kernels-gpu';
 * import { openHostDevice } from '@convkit/tensor';
 *
 * const device = openHostDevice();
 * using a = await device.upload([2, 1], Float32Array.of(1, 4), 'a');
 * using b = await device.upload([2, 2], Float32Array.of(2, 3, 5, 6), 'b');
 * using y = await device.run(concatChannels, [a, b], {});
 * console.log(y.shape, (await device.download(y)).data); // [ 2, 3 ] Float32Array(6) [ 1, 2, 3, 4, 5, 6 ]
 * ```
 */
export const concatChannels = defKernel({
  name: 'concat_channels',
  inputs: ['a', 'b'],
  body: function (this: KernelThread, a: View3, b: View3) {
    return this.thread.x < this.constants.A
      ? a[this.thread.z][this.thread.y][this.thread.x]
      : b[this.thread.z][this.thread.y][this.thread.x - this.constants.A];
  },
  plan: ([a, b]) => {
    const [others, A] = assertChannels('concat_channels', 'a', a);
    const [otherAxes, B] = assertChannels('concat_channels', 'b', b);
    if (!sameShape(others, otherAxes)) {
      throw new ShapeError({
        code: 'SHAPE_MISMATCH',
        message: 'concat_channels: a and b differ in other axes than the last.',
        values: { a: formatShape(a), b: formatShape(b) },
        help: `b should be ${formatShape([...others, B])}.`,
      });
    }
    const pixels = pixelView(others, A + B);
    return { output: [...others, A + B], views: [[...pixels, A], [...pixels, B]], grid: [...pixels, A + B], constants: { A } };
  },
});
