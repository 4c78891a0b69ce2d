import { lrnScale } from '@convkit/kernels-gpu';
import { describe, expect, it } from 'vitest';
import { expectClose, rtol } from '../support/expect-close.js';
import { NdArray } from '../support/nd-array.js';
import { compute, onEachDevice } from '../support/on-each-device.js';
import { randomTensor } from '../support/random-tensor.js';
import { attributesOf, lrnCases, naiveLrnScale } from './naive-lrn.js';

onEachDevice((device) => {
  it.each(lrnCases)('$title', async (shape) => {
    const x = randomTensor('x', shape.x, -3, 3);
    const scale = await compute(device(), lrnScale, [x], attributesOf(shape));
    expectClose(scale, naiveLrnScale(NdArray.of(x), attributesOf(shape)), rtol(shape.size + 1));
  });
});

describe('refuses', () => {
  it('a tensor that is no batch of images', () => {
    expect(() => lrnScale.plan([[3, 16]], { size: 5, alpha: 1, beta: 1, k: 1 })).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: lrn_scale: x has 2 axes, but must have 4.
        x        [3, 16]
        expected [N, H, W, C]
        help: reshape x to [N, H, W, C].
        code: SHAPE_MISMATCH]
    `);
  });

  it('groups that do not divide the channels', () => {
    expect(() => lrnScale.plan([[1, 2, 2, 16]], { size: 5, alpha: 1, beta: 1, k: 1, groups: 3 })).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: lrn_scale: x has 16 channels, which cannot be divided into 3 groups.
        x [1, 2, 2, 16]
        help: groups should divide 16.
        code: SHAPE_MISMATCH]
    `);
  });

  it('a window of nothing', () => {
    expect(() => lrnScale.plan([[1, 2, 2, 16]], { size: 0, alpha: 1, beta: 1, k: 1 })).toThrowErrorMatchingInlineSnapshot(`
      [OptionError: lrn_scale: size is 0, but must be a whole number of at least 1.
        code: OPTION_INVALID]
    `);
  });
});
