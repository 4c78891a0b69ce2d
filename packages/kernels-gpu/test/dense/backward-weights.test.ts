import { denseBackwardWeights } from '@convkit/kernels-gpu';
import { describe, expect, it } from 'vitest';
import { expectClose, rtol } from '../support/expect-close.js';
import { NdArray } from '../support/nd-array.js';
import { numericGradient } from '../support/numeric-gradient.js';
import { compute, onEachDevice } from '../support/on-each-device.js';
import { randomTensor } from '../support/random-tensor.js';
import { denseCases, inputsOf, longDenseCases, naiveDense, naiveDenseBackward } from './naive-dense.js';

onEachDevice((device) => {
  it.each([...denseCases, ...longDenseCases])('$title', async ({ x: shape, outputs }) => {
    const x = randomTensor('x', shape);
    const dy = randomTensor('dy', [shape[0], outputs]);
    const dw = await compute(device(), denseBackwardWeights, [x, dy], {});
    expectClose(dw, naiveDenseBackward(NdArray.of(x), new NdArray([inputsOf(shape), outputs]), NdArray.of(dy)).dw, rtol(shape[0]));
  });

  it('agrees with finite differences', async () => {
    const x = randomTensor('x', [3, 2, 1, 3]);
    const dy = randomTensor('dy', [3, 5]);
    const dw = await compute(device(), denseBackwardWeights, [x, dy], {});
    const forward = (weight: NdArray) => naiveDense(NdArray.of(x), weight, new NdArray([5]));
    expectClose(dw, numericGradient(forward, NdArray.of(randomTensor('weight', [6, 5])), NdArray.of(dy)), rtol(3));
  });
});

it('folds the grid of the largest weights of AlexNet', () => {
  expect(denseBackwardWeights.plan([[128, 6, 6, 256], [128, 4096]], {})).toMatchObject({ output: [9216, 4096], grid: [2, 4608, 4096] });
});

describe('refuses', () => {
  it('a gradient of another batch', () => {
    expect(() => denseBackwardWeights.plan([[2, 6], [3, 5]], {})).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: dense_backward_weights: dy is [3, 5], but the batch of x makes it [2, 5].
        x  [2, 6]
        dy [3, 5]
        help: dy should be [2, 5].
        code: SHAPE_MISMATCH]
    `);
  });

  it('a gradient that is no matrix', () => {
    expect(() => denseBackwardWeights.plan([[2, 6], [2, 5, 1]], {})).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: dense_backward_weights: dy has 3 axes, but must have 2.
        dy       [2, 5, 1]
        expected [N, out]
        help: reshape dy to [N, out].
        code: SHAPE_MISMATCH]
    `);
  });
});
