import { denseBackwardInput } from '@convkit/kernels-gpu';
import { describe, expect, it } from 'vitest';
import { expectClose, rtol } from '../support/expect-close.js';
import { NdArray } from '../support/nd-array.js';
import { numericGradient } from '../support/numeric-gradient.js';
import { compute, onEachDevice } from '../support/on-each-device.js';
import { randomTensor } from '../support/random-tensor.js';
import { denseCases, inputsOf, longDenseCases, naiveDense, naiveDenseBackward } from './naive-dense.js';

onEachDevice((device) => {
  it.each([...denseCases, ...longDenseCases])('$title', async ({ x: inputShape, outputs }) => {
    const x = new NdArray(inputShape);
    const weight = randomTensor('weight', [inputsOf(inputShape), outputs]);
    const dy = randomTensor('dy', [inputShape[0], outputs]);
    const dx = await compute(device(), denseBackwardInput, [dy, weight], { inputShape });
    expectClose(dx, naiveDenseBackward(x, NdArray.of(weight), NdArray.of(dy)).dx, rtol(outputs));
  });

  it('agrees with finite differences', async () => {
    const inputShape = [3, 2, 1, 3];
    const weight = randomTensor('weight', [6, 5]);
    const dy = randomTensor('dy', [3, 5]);
    const dx = await compute(device(), denseBackwardInput, [dy, weight], { inputShape });
    const forward = (x: NdArray) => naiveDense(x, NdArray.of(weight), new NdArray([5]));
    expectClose(dx, numericGradient(forward, NdArray.of(randomTensor('x', inputShape)), NdArray.of(dy)), rtol(5));
  });
});

describe('refuses', () => {
  it('a gradient of another batch', () => {
    expect(() => denseBackwardInput.plan([[2, 5], [6, 5]], { inputShape: [3, 6] })).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: dense_backward_input: dy is [2, 5], but inputShape and weight make it [3, 5].
        dy     [2, 5]
        weight [6, 5]
        help: dy should be [3, 5].
        code: SHAPE_MISMATCH]
    `);
  });

  it('an input shape that the weights do not read', () => {
    expect(() => denseBackwardInput.plan([[3, 5], [6, 5]], { inputShape: [3, 2, 4] })).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: dense_backward_input: inputShape has 8 numbers a row, but weight [6, 5] reads 6.
        inputShape [3, 2, 4]
        weight     [6, 5]
        help: weight should be [8, 5].
        code: SHAPE_MISMATCH]
    `);
  });
});
