import { conv2dBackwardInput, transpose } from '@convkit/kernels-gpu';
import { openHostDevice, type Device, type Tensor } from '@convkit/tensor';
import { describe, expect, it } from 'vitest';
import { expectClose, rtol } from '../support/expect-close.js';
import { NdArray } from '../support/nd-array.js';
import { numericGradient } from '../support/numeric-gradient.js';
import { compute, onEachDevice } from '../support/on-each-device.js';
import { randomTensor } from '../support/random-tensor.js';
import { attributesOf, conv2dCases, conv2dGradientCases, randomConv2dCases, type Conv2dCase } from './cases.js';
import { conv2dShape, naiveConv2d, naiveConv2dBackwardInput } from './naive-conv2d.js';

function inputsOf(shape: Conv2dCase) {
  return [randomTensor('dy', conv2dShape(shape.x, shape.weight, shape)), randomTensor('weight', shape.weight)] as const;
}

/** Both launches: the weights turned round, and the gradient. */
async function gradient(device: Device, shape: Conv2dCase): Promise<Tensor> {
  const [dy, weight] = inputsOf(shape);
  const transposedWeight = await compute(device, transpose, [weight], {});
  return compute(device, conv2dBackwardInput, [dy, transposedWeight], { ...attributesOf(shape), inputSize: [shape.x[1], shape.x[2]] });
}

const terms = ({ weight: [R, S, , K], groups }: Conv2dCase) => (R * S * K) / groups;

onEachDevice((device) => {
  it.each(conv2dCases)('$title', async (shape) => {
    const [dy, weight] = inputsOf(shape);
    const dx = await gradient(device(), shape);
    expectClose(dx, naiveConv2dBackwardInput(NdArray.of(dy), NdArray.of(weight), shape.x, attributesOf(shape)), rtol(terms(shape)));
  });

  it.each(conv2dGradientCases)('agrees with finite differences: $title', async (shape) => {
    const [dy, weight] = inputsOf(shape);
    const dx = await gradient(device(), shape);
    const bias = new NdArray([shape.weight[3]]);
    const forward = (x: NdArray) => naiveConv2d(x, NdArray.of(weight), bias, attributesOf(shape));
    expectClose(dx, numericGradient(forward, NdArray.of(randomTensor('x', shape.x)), NdArray.of(dy)), rtol(terms(shape)));
  });
});

it.each(randomConv2dCases(60))('random shape on host: $title', async (shape) => {
  const [dy, weight] = inputsOf(shape);
  const dx = await gradient(openHostDevice(), shape);
  expectClose(dx, naiveConv2dBackwardInput(NdArray.of(dy), NdArray.of(weight), shape.x, attributesOf(shape)), rtol(terms(shape)));
});

describe('refuses', () => {
  const plain = { stride: [1, 1], padding: [0, 0, 0, 0], groups: 1, inputSize: [4, 4] } as const;

  it('a gradient of another size than the forward output', () => {
    expect(() => conv2dBackwardInput.plan([[1, 3, 3, 4], [3, 3, 4, 3]], plain)).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: conv2d_backward_input: dy is [1, 3, 3, 4], but inputSize and transposedWeight make it [1, 2, 2, 4].
        dy               [1, 3, 3, 4]
        transposedWeight [3, 3, 4, 3]
        help: dy should be [1, 2, 2, 4].
        code: SHAPE_MISMATCH]
    `);
  });

  it('weights that were not turned round', () => {
    expect(() => conv2dBackwardInput.plan([[1, 2, 2, 4], [3, 3, 3, 4]], plain)).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: conv2d_backward_input: dy is [1, 2, 2, 4], but inputSize and transposedWeight make it [1, 2, 2, 3].
        dy               [1, 2, 2, 4]
        transposedWeight [3, 3, 3, 4]
        help: dy should be [1, 2, 2, 3].
        code: SHAPE_MISMATCH]
    `);
  });

  it('a gradient that is no batch of images', () => {
    expect(() => conv2dBackwardInput.plan([[1, 16], [3, 3, 4, 3]], plain)).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: conv2d_backward_input: dy has 2 axes, but must have 4.
        dy       [1, 16]
        expected [N, P, Q, K]
        help: reshape dy to [N, P, Q, K].
        code: SHAPE_MISMATCH]
    `);
  });

  it('an input size of one number', () => {
    const attributes = { ...plain, inputSize: [4] } as unknown as typeof plain;
    expect(() => conv2dBackwardInput.plan([[1, 2, 2, 4], [3, 3, 4, 3]], attributes)).toThrowErrorMatchingInlineSnapshot(`
      [OptionError: conv2d_backward_input: inputSize is [4], but must be 2 whole numbers of at least 1.
        code: OPTION_INVALID]
    `);
  });
});
