import { ShapeError, defKernel, formatShape, type KernelThread, type View3 } from '@convkit/tensor';
import { pixelView } from '../plan/pixel-view.js';
import { assertWhole } from '../plan/shape-checks.js';
import { assertChannels } from './assert-channels.js';

/** Which channels are taken. */
export type SliceChannelsAttributes = {
  /** The first channel, from 0. */
  readonly from: number;
  /** The channel before which the range ends, above `from` and at most C. */
  readonly to: number;
};

/**
 * A range of the last axis: `y[…, c] = x[…, from + c]` for `c < to - from`.
 * Its gradient is a {@link concatChannels} with zeros where nothing was taken; that of several slices which share `x` between them puts theirs side by side.
 *
 * Input: `x` `[…, C]`. Output `[…, to - from]`.
 *
 * @example
 * ```ts
 * import { sliceChannels } from '@convkit/kernels-gpu';
 * import { openHostDevice } from '@convkit/tensor';
 *
 * const device = openHostDevice();
 * using x = await device.upload([2, 3], Float32Array.of(1, 2, 3, 4, 5, 6), 'x');
 * using y = await device.run(sliceChannels, [x], { from: 1, to: 3 });
 * console.log(y.shape, (await device.download(y)).data); // [ 2, 2 ] Float32Array(4) [ 2, 3, 5, 6 ]
 * ```
 */
export const sliceChannels = defKernel<SliceChannelsAttributes>({
  name: 'slice_channels',
  inputs: ['x'],
  body: function (this: KernelThread, x: View3) {
    return x[this.thread.z][this.thread.y][this.thread.x + this.constants.from];
  },
  plan: ([x], { from, to }) => {
    const [others, C] = assertChannels('slice_channels', 'x', x);
    assertWhole('slice_channels', 'from', [from], 1, 0);
    assertWhole('slice_channels', 'to', [to], 1, from + 1);
    if (to > C) {
      throw new ShapeError({
        code: 'SHAPE_MISMATCH',
        message: `slice_channels: x has ${C} channels, but the slice ends at ${to}.`,
        values: { x: formatShape(x), from: String(from), to: String(to) },
        help: `to should be at most ${C}.`,
      });
    }
    const pixels = pixelView(others, C);
    return { output: [...others, to - from], views: [[...pixels, C]], grid: [...pixels, to - from], constants: { from } };
  },
});
