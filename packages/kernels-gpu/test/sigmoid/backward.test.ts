import { sigmoidBackward } from '@convkit/kernels-gpu';
import { Tensor } from '@convkit/tensor';
import { describe, expect, it } from 'vitest';
import { RTOL_FUNCTIONS, expectClose, rtol } from '../support/expect-close.js';
import { NdArray } from '../support/nd-array.js';
import { numericGradient } from '../support/numeric-gradient.js';
import { compute, onEachDevice } from '../support/on-each-device.js';
import { randomTensor } from '../support/random-tensor.js';

const sigmoid = (x: NdArray) => x.map((value) => 1 / (1 + Math.exp(-value)));

onEachDevice((device) => {
  it.each([{ shape: [1] }, { shape: [3, 5] }, { shape: [2, 3, 3, 4] }, { shape: [4100] }])('$shape', async ({ shape }) => {
    const dy = randomTensor('dy', shape);
    const y = randomTensor('y', shape, 0, 1);
    const dx = await compute(device(), sigmoidBackward, [dy, y], {});
    expectClose(dx, NdArray.of(dy).map((value, i) => value * (y.data[i] * (1 - y.data[i]))), rtol(4));
  });

  it('agrees with finite differences', async () => {
    const x = NdArray.of(randomTensor('x', [5, 7], -3, 3));
    const dy = randomTensor('dy', [5, 7]);
    const dx = await compute(device(), sigmoidBackward, [dy, new Tensor([5, 7], Float32Array.from(sigmoid(x).data))], {});
    expectClose(dx, numericGradient(sigmoid, x, NdArray.of(dy)), RTOL_FUNCTIONS);
  });

  it('is zero where the curve is flat', async () => {
    const dx = await compute(device(), sigmoidBackward, [Tensor.from([2], [5, 5]), Tensor.from([2], [1, 0])], {});
    expect([...dx.data]).toEqual([0, 0]);
  });
});

describe('refuses', () => {
  it('shapes that differ', () => {
    expect(() => sigmoidBackward.plan([[2, 3], [3, 2]], {})).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: sigmoid_backward: y is [3, 2], but dy is [2, 3].
        dy [2, 3]
        y  [3, 2]
        help: y should be [2, 3].
        code: SHAPE_MISMATCH]
    `);
  });
});
