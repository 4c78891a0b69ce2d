import { denseBackwardInput, transpose } from '@convkit/kernels-gpu';
import type { Device, Shape, Tensor } from '@convkit/tensor';
import { describe, expect, it } from 'vitest';
import { expectClose, rtol } from '../support/expect-close.js';
import { NdArray } from '../support/nd-array.js';
import { numericGradient } from '../support/numeric-gradient.js';
import { compute, onEachDevice } from '../support/on-each-device.js';
import { randomTensor } from '../support/random-tensor.js';
import { denseCases, inputsOf, longDenseCases, naiveDense, naiveDenseBackward } from './naive-dense.js';

/** Both launches: the weights turned round, and the gradient. */
async function gradient(device: Device, dy: Tensor, weight: Tensor, inputShape: Shape): Promise<Tensor> {
  const transposedWeight = await compute(device, transpose, [weight], {});
  return compute(device, denseBackwardInput, [dy, transposedWeight], { inputShape });
}

onEachDevice((device) => {
  it.each([...denseCases, ...longDenseCases])('$title', async ({ x: inputShape, outputs }) => {
    const x = new NdArray(inputShape);
    const weight = randomTensor('weight', [inputsOf(inputShape), outputs]);
    const dy = randomTensor('dy', [inputShape[0], outputs]);
    const dx = await gradient(device(), dy, weight, inputShape);
    expectClose(dx, naiveDenseBackward(x, NdArray.of(weight), NdArray.of(dy)).dx, rtol(outputs));
  });

  it('agrees with finite differences', async () => {
    const inputShape = [3, 2, 1, 3];
    const weight = randomTensor('weight', [6, 5]);
    const dy = randomTensor('dy', [3, 5]);
    const dx = await gradient(device(), dy, weight, inputShape);
    const forward = (x: NdArray) => naiveDense(x, NdArray.of(weight), new NdArray([5]));
    expectClose(dx, numericGradient(forward, NdArray.of(randomTensor('x', inputShape)), NdArray.of(dy)), rtol(5));
  });
});

describe('refuses', () => {
  it('a gradient of another batch', () => {
    expect(() => denseBackwardInput.plan([[2, 5], [5, 6]], { inputShape: [3, 6] })).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: dense_backward_input: dy is [2, 5], but the batch of inputShape makes it [3, 5].
        inputShape       [3, 6]
        dy               [2, 5]
        transposedWeight [5, 6]
        help: dy should be [3, 5].
        code: SHAPE_MISMATCH]
    `);
  });

  it('weights that were not turned round', () => {
    expect(() => denseBackwardInput.plan([[3, 5], [6, 5]], { inputShape: [3, 2, 3] })).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: dense_backward_input: transposedWeight is [6, 5], but inputShape and dy make it [5, 6].
        inputShape       [3, 2, 3]
        dy               [3, 5]
        transposedWeight [6, 5]
        help: transposedWeight should be [5, 6].
        code: SHAPE_MISMATCH]
    `);
  });
});
