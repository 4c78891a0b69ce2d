import { lrnForward, lrnScale } from '@convkit/kernels-gpu';
import { describe, expect, it } from 'vitest';
import { RTOL_FUNCTIONS, expectClose } from '../support/expect-close.js';
import { NdArray } from '../support/nd-array.js';
import { compute, onEachDevice } from '../support/on-each-device.js';
import { randomTensor } from '../support/random-tensor.js';
import { attributesOf, lrnCases, naiveLrn } from './naive-lrn.js';

onEachDevice((device) => {
  it.each(lrnCases)('$title', async (shape) => {
    const x = randomTensor('x', shape.x, -3, 3);
    const scale = await compute(device(), lrnScale, [x], attributesOf(shape));
    const y = await compute(device(), lrnForward, [x, scale], attributesOf(shape));
    expectClose(y, naiveLrn(NdArray.of(x), attributesOf(shape)), RTOL_FUNCTIONS);
  });

  it('leaves small numbers at x / 2^0.75, and zero at zero', async () => {
    const attributes = { size: 5, alpha: 2e-5, beta: 0.75, k: 2 };
    const x = randomTensor('x', [1, 2, 2, 8], -1e-3, 1e-3);
    x.data[3] = 0;
    const scale = await compute(device(), lrnScale, [x], attributes);
    const y = await compute(device(), lrnForward, [x, scale], attributes);
    expectClose(y, NdArray.of(x).map((value) => value * 0.5946035575), RTOL_FUNCTIONS);
    expect(y.data[3]).toBe(0);
  });
});

describe('refuses', () => {
  it('a scale of another shape', () => {
    expect(() => lrnForward.plan([[1, 2, 2, 16], [1, 2, 2, 8]], { size: 5, alpha: 1, beta: 1, k: 1 })).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: lrn_forward: scale is [1, 2, 2, 8], but x is [1, 2, 2, 16].
        x     [1, 2, 2, 16]
        scale [1, 2, 2, 8]
        help: scale should be [1, 2, 2, 16].
        code: SHAPE_MISMATCH]
    `);
  });
});
