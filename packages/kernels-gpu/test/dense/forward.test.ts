import { denseForward } from '@convkit/kernels-gpu';
import { describe, expect, it } from 'vitest';
import { expectClose, rtol } from '../support/expect-close.js';
import { NdArray } from '../support/nd-array.js';
import { compute, onEachDevice } from '../support/on-each-device.js';
import { randomTensor } from '../support/random-tensor.js';
import { denseCases, inputsOf, longDenseCases, naiveDense } from './naive-dense.js';

onEachDevice((device) => {
  it.each([...denseCases, ...longDenseCases])('$title', async ({ x: shape, outputs }) => {
    const x = randomTensor('x', shape);
    const weight = randomTensor('weight', [inputsOf(shape), outputs]);
    const bias = randomTensor('bias', [outputs]);
    const y = await compute(device(), denseForward, [x, weight, bias], {});
    expectClose(y, naiveDense(NdArray.of(x), NdArray.of(weight), NdArray.of(bias)), rtol(inputsOf(shape) + 1));
  });
});

describe('refuses', () => {
  it('rows that the weights do not read', () => {
    expect(() => denseForward.plan([[128, 6, 6, 256], [9217, 4096], [4096]], {})).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: dense_forward: weight is [9217, 4096], but x makes it [9216, 4096].
        x      [128, 6, 6, 256]
        weight [9217, 4096]
        bias   [4096]
        help: weight should be [9216, 4096].
        code: SHAPE_MISMATCH]
    `);
  });

  it('a tensor without a batch', () => {
    expect(() => denseForward.plan([[9], [9, 2], [2]], {})).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: dense_forward: x must have a batch axis and at least one more.
        x [9]
        help: reshape x to [N, in].
        code: SHAPE_MISMATCH]
    `);
  });

  it('a bias of another length', () => {
    expect(() => denseForward.plan([[1, 9], [9, 2], [9]], {})).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: dense_forward: bias is [9], but weight makes it [2].
        x      [1, 9]
        weight [9, 2]
        bias   [9]
        help: bias should be [2].
        code: SHAPE_MISMATCH]
    `);
  });

  it('weights that are no matrix', () => {
    expect(() => denseForward.plan([[1, 9], [9], [9]], {})).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: dense_forward: weight has 1 axis, but must have 2.
        weight   [9]
        expected [in, out]
        help: reshape weight to [in, out].
        code: SHAPE_MISMATCH]
    `);
  });
});
