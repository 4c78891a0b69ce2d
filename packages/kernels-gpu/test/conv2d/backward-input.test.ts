import { conv2dBackwardInput } from '@convkit/kernels-gpu';
import { openHostDevice } from '@convkit/tensor';
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

function attributesFor(shape: Conv2dCase) {
  return { ...attributesOf(shape), inputSize: [shape.x[1], shape.x[2]] as const };
}

const terms = ({ weight: [R, S, , K], groups }: Conv2dCase) => (R * S * K) / groups;

onEachDevice((device) => {
  it.each(conv2dCases)('$title', async (shape) => {
    const [dy, weight] = inputsOf(shape);
    const dx = await compute(device(), conv2dBackwardInput, [dy, weight], attributesFor(shape));
    expectClose(dx, naiveConv2dBackwardInput(NdArray.of(dy), NdArray.of(weight), shape.x, attributesOf(shape)), rtol(terms(shape)));
  });

  it.each(conv2dGradientCases)('agrees with finite differences: $title', async (shape) => {
    const [dy, weight] = inputsOf(shape);
    const dx = await compute(device(), conv2dBackwardInput, [dy, weight], attributesFor(shape));
    const bias = new NdArray([shape.weight[3]]);
    const forward = (x: NdArray) => naiveConv2d(x, NdArray.of(weight), bias, attributesOf(shape));
    expectClose(dx, numericGradient(forward, NdArray.of(randomTensor('x', shape.x)), NdArray.of(dy)), rtol(terms(shape)));
  });
});

it.each(randomConv2dCases(60))('random shape on host: $title', async (shape) => {
  const [dy, weight] = inputsOf(shape);
  const dx = await compute(openHostDevice(), conv2dBackwardInput, [dy, weight], attributesFor(shape));
  expectClose(dx, naiveConv2dBackwardInput(NdArray.of(dy), NdArray.of(weight), shape.x, attributesOf(shape)), rtol(terms(shape)));
});

describe('refuses', () => {
  const plain = { stride: [1, 1], padding: [0, 0, 0, 0], groups: 1, inputSize: [4, 4] } as const;

  it('a gradient of another size than the forward output', () => {
    expect(() => conv2dBackwardInput.plan([[1, 3, 3, 4], [3, 3, 3, 4]], plain)).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: conv2d_backward_input: dy is [1, 3, 3, 4], but inputSize and weight make it [1, 2, 2, 4].
        dy     [1, 3, 3, 4]
        weight [3, 3, 3, 4]
        help: dy should be [1, 2, 2, 4].
        code: SHAPE_MISMATCH]
    `);
  });

  it('a gradient that is no batch of images', () => {
    expect(() => conv2dBackwardInput.plan([[1, 36], [3, 3, 3, 4]], plain)).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: conv2d_backward_input: dy has 2 axes, but must have 4.
        dy       [1, 36]
        expected [N, P, Q, K]
        help: reshape dy to [N, P, Q, K].
        code: SHAPE_MISMATCH]
    `);
  });

  it('an input size of one number', () => {
    const attributes = { ...plain, inputSize: [4] } as unknown as typeof plain;
    expect(() => conv2dBackwardInput.plan([[1, 2, 2, 4], [3, 3, 3, 4]], attributes)).toThrowErrorMatchingInlineSnapshot(`
      [OptionError: conv2d_backward_input: inputSize is [4], but must be 2 whole numbers of at least 1.
        code: OPTION_INVALID]
    `);
  });
});
