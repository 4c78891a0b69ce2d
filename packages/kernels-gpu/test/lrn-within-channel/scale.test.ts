import { lrnForward, lrnWithinChannelScale } from '@convkit/kernels-gpu';
import { describe, expect, it } from 'vitest';
import { RTOL_FUNCTIONS, expectClose, rtol } from '../support/expect-close.js';
import { NdArray } from '../support/nd-array.js';
import { compute, onEachDevice } from '../support/on-each-device.js';
import { randomTensor } from '../support/random-tensor.js';
import { attributesOf, lrnWithinChannelCases, naiveLrnWithinChannel, naiveLrnWithinChannelScale } from './naive-lrn-within-channel.js';

onEachDevice((device) => {
  it.each(lrnWithinChannelCases)('$title', async (shape) => {
    const x = randomTensor('x', shape.x, -3, 3);
    const scale = await compute(device(), lrnWithinChannelScale, [x], attributesOf(shape));
    expectClose(scale, naiveLrnWithinChannelScale(NdArray.of(x), attributesOf(shape)), rtol(shape.size ** 2 + 1));
  });

  it.each(lrnWithinChannelCases)('makes the result with lrnForward: $title', async (shape) => {
    const x = randomTensor('x', shape.x, -3, 3);
    const scale = await compute(device(), lrnWithinChannelScale, [x], attributesOf(shape));
    const y = await compute(device(), lrnForward, [x, scale], attributesOf(shape));
    expectClose(y, naiveLrnWithinChannel(NdArray.of(x), attributesOf(shape)), RTOL_FUNCTIONS);
  });
});

describe('refuses', () => {
  const attributes = { size: 3, alpha: 1, beta: 1, k: 1 };

  it('a tensor that is no batch of images', () => {
    expect(() => lrnWithinChannelScale.plan([[3, 16]], attributes)).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: lrn_within_channel_scale: x has 2 axes, but must have 4.
        x        [3, 16]
        expected [N, H, W, C]
        help: reshape x to [N, H, W, C].
        code: SHAPE_MISMATCH]
    `);
  });

  it('a window without a middle', () => {
    expect(() => lrnWithinChannelScale.plan([[1, 4, 4, 16]], { ...attributes, size: 4 })).toThrowErrorMatchingInlineSnapshot(`
      [OptionError: lrn_within_channel_scale: size is 4, but must be odd.
        code: OPTION_INVALID]
    `);
  });

  it('a window of nothing', () => {
    expect(() => lrnWithinChannelScale.plan([[1, 4, 4, 16]], { ...attributes, size: 0 })).toThrowErrorMatchingInlineSnapshot(`
      [OptionError: lrn_within_channel_scale: size is 0, but must be a whole number of at least 1.
        code: OPTION_INVALID]
    `);
  });
});
