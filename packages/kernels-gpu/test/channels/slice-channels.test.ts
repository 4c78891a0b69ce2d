import { concatChannels, sliceChannels } from '@convkit/kernels-gpu';
import { Tensor } from '@convkit/tensor';
import { describe, expect, it } from 'vitest';
import { expectClose } from '../support/expect-close.js';
import { NdArray } from '../support/nd-array.js';
import { numericGradient } from '../support/numeric-gradient.js';
import { compute, onEachDevice } from '../support/on-each-device.js';
import { randomTensor } from '../support/random-tensor.js';
import { naiveSlice } from './naive-channels.js';

onEachDevice((device) => {
  it.each([
    { title: 'one number', shape: [1], from: 0, to: 1 },
    { title: 'the middle of rows of odd sizes', shape: [5, 7], from: 2, to: 5 },
    { title: 'the second half of images', shape: [2, 3, 5, 8], from: 4, to: 8 },
    { title: 'all of images', shape: [1, 2, 3, 4], from: 0, to: 4 },
    { title: 'one channel of six axes', shape: [2, 1, 3, 2, 2, 5], from: 4, to: 5 },
    { title: 'more rows than one side of a texture', shape: [9000, 3], from: 1, to: 3 },
    { title: 'rows longer than one side of a texture', shape: [2, 9000], from: 100, to: 8900 },
  ])('$title', async ({ shape, from, to }) => {
    const x = randomTensor('x', shape);
    // No arithmetic: the result is exact.
    expectClose(await compute(device(), sliceChannels, [x], { from, to }), naiveSlice(NdArray.of(x), from, to), 0);
  });

  it('gives back what was put side by side', async () => {
    const [a, b] = [randomTensor('a', [2, 3, 3, 5]), randomTensor('b', [2, 3, 3, 6])];
    const y = await compute(device(), concatChannels, [a, b], {});
    expect((await compute(device(), sliceChannels, [y], { from: 0, to: 5 })).data).toEqual(a.data);
    expect((await compute(device(), sliceChannels, [y], { from: 5, to: 11 })).data).toEqual(b.data);
  });

  it('has a gradient padded with zeros, as finite differences show', async () => {
    const [x, dy] = [randomTensor('x', [2, 3, 6]), randomTensor('dy', [2, 3, 3])];
    const left = await compute(device(), concatChannels, [Tensor.zeros([2, 3, 2]), dy], {});
    const dx = await compute(device(), concatChannels, [left, Tensor.zeros([2, 3, 1])], {});
    expectClose(dx, numericGradient((moved) => naiveSlice(moved, 2, 5), NdArray.of(x), NdArray.of(dy)), 1e-9);
  });
});

describe('refuses', () => {
  it('a slice that ends beyond the channels', () => {
    expect(() => sliceChannels.plan([[2, 3, 4]], { from: 1, to: 5 })).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: slice_channels: x has 4 channels, but the slice ends at 5.
        x    [2, 3, 4]
        from 1
        to   5
        help: to should be at most 4.
        code: SHAPE_MISMATCH]
    `);
  });

  it('a slice of nothing', () => {
    expect(() => sliceChannels.plan([[2, 3, 4]], { from: 2, to: 2 })).toThrowErrorMatchingInlineSnapshot(`
      [OptionError: slice_channels: to is 2, but must be a whole number of at least 3.
        code: OPTION_INVALID]
    `);
  });

  it('half a channel', () => {
    expect(() => sliceChannels.plan([[2, 3, 4]], { from: 0.5, to: 2 })).toThrowErrorMatchingInlineSnapshot(`
      [OptionError: slice_channels: from is 0.5, but must be a whole number of at least 0.
        code: OPTION_INVALID]
    `);
  });

  it('a scalar', () => {
    expect(() => sliceChannels.plan([[]], { from: 0, to: 1 })).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: slice_channels: x is a scalar, but must have at least one axis.
        x []
        help: reshape x to [1].
        code: SHAPE_MISMATCH]
    `);
  });
});
