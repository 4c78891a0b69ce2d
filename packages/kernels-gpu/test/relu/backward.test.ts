import { reluBackward } from '@convkit/kernels-gpu';
import { Tensor } from '@convkit/tensor';
import { describe, expect, it } from 'vitest';
import { expectClose } from '../support/expect-close.js';
import { NdArray } from '../support/nd-array.js';
import { numericGradient } from '../support/numeric-gradient.js';
import { compute, onEachDevice } from '../support/on-each-device.js';
import { randomTensor } from '../support/random-tensor.js';

const relu = (x: NdArray) => x.map((value) => Math.max(value, 0));

onEachDevice((device) => {
  it.each([{ shape: [1] }, { shape: [3, 5] }, { shape: [2, 3, 3, 4] }, { shape: [4100] }])('$shape', async ({ shape }) => {
    const dy = randomTensor('dy', shape);
    const y = new Tensor(shape, randomTensor('x', shape).data.map((value) => Math.max(value, 0)));
    const dx = await compute(device(), reluBackward, [dy, y], {});
    expectClose(dx, NdArray.of(dy).map((value, i) => (y.data[i] > 0 ? value : 0)), 0);
  });

  it('agrees with finite differences away from the kink', async () => {
    const x = NdArray.of(randomTensor('x', [5, 7])).map((value) => value + Math.sign(value) * 0.01);
    const dy = randomTensor('dy', [5, 7]);
    const dx = await compute(device(), reluBackward, [dy, new Tensor([5, 7], Float32Array.from(relu(x).data))], {});
    // Each number is one product of a difference quotient that is 0 or 1 up to double rounding.
    expectClose(dx, numericGradient(relu, x, NdArray.of(dy)), 1e-6);
  });

  it('takes the slope at the kink as zero', async () => {
    const dx = await compute(device(), reluBackward, [Tensor.from([2], [5, 5]), Tensor.from([2], [0, 1])], {});
    expect([...dx.data]).toEqual([0, 5]);
  });
});

describe('refuses', () => {
  it('shapes that differ', () => {
    expect(() => reluBackward.plan([[2, 3], [3, 2]], {})).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: relu_backward: y is [3, 2], but dy is [2, 3].
        dy [2, 3]
        y  [3, 2]
        help: y should be [2, 3].
        code: SHAPE_MISMATCH]
    `);
  });
});
