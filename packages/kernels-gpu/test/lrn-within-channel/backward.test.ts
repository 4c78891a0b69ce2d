import { lrnWithinChannelBackward, lrnWithinChannelScale } from '@convkit/kernels-gpu';
import type { Device, Tensor } from '@convkit/tensor';
import { describe, expect, it } from 'vitest';
import { RTOL_FUNCTIONS, expectClose } from '../support/expect-close.js';
import { NdArray } from '../support/nd-array.js';
import { numericGradient } from '../support/numeric-gradient.js';
import { compute, onEachDevice } from '../support/on-each-device.js';
import { randomTensor } from '../support/random-tensor.js';
import {
  attributesOf,
  lrnWithinChannelCases,
  lrnWithinChannelGradientCases,
  naiveLrnWithinChannel,
  naiveLrnWithinChannelBackward,
  type LrnWithinChannelCase,
} from './naive-lrn-within-channel.js';

function inputsOf(shape: LrnWithinChannelCase) {
  return [randomTensor('x', shape.x, -3, 3), randomTensor('dy', shape.x)] as const;
}

async function gradient(device: Device, shape: LrnWithinChannelCase): Promise<Tensor> {
  const [x, dy] = inputsOf(shape);
  const scale = await compute(device, lrnWithinChannelScale, [x], attributesOf(shape));
  return compute(device, lrnWithinChannelBackward, [x, scale, dy], attributesOf(shape));
}

onEachDevice((device) => {
  it.each(lrnWithinChannelCases)('$title', async (shape) => {
    const [x, dy] = inputsOf(shape);
    expectClose(await gradient(device(), shape), naiveLrnWithinChannelBackward(NdArray.of(x), NdArray.of(dy), attributesOf(shape)), RTOL_FUNCTIONS);
  });

  it.each(lrnWithinChannelGradientCases)('agrees with finite differences: $title', async (shape) => {
    const [x, dy] = inputsOf(shape);
    const numeric = numericGradient((moved) => naiveLrnWithinChannel(moved, attributesOf(shape)), NdArray.of(x), NdArray.of(dy));
    expectClose(await gradient(device(), shape), numeric, RTOL_FUNCTIONS);
  });
});

describe('refuses', () => {
  it('a scale or a gradient of another shape', () => {
    const attributes = { size: 5, alpha: 1, beta: 1, k: 1 };
    expect(() => lrnWithinChannelBackward.plan([[1, 2, 2, 8], [1, 2, 2, 9], [1, 2, 2, 8]], attributes)).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: lrn_within_channel_backward: scale is [1, 2, 2, 9], but x is [1, 2, 2, 8].
        x     [1, 2, 2, 8]
        scale [1, 2, 2, 9]
        dy    [1, 2, 2, 8]
        help: scale should be [1, 2, 2, 8].
        code: SHAPE_MISMATCH]
    `);
    expect(() => lrnWithinChannelBackward.plan([[1, 2, 2, 8], [1, 2, 2, 8], [2, 2, 2, 8]], attributes)).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: lrn_within_channel_backward: dy is [2, 2, 2, 8], but x is [1, 2, 2, 8].
        x     [1, 2, 2, 8]
        scale [1, 2, 2, 8]
        dy    [2, 2, 2, 8]
        help: dy should be [1, 2, 2, 8].
        code: SHAPE_MISMATCH]
    `);
  });
});
