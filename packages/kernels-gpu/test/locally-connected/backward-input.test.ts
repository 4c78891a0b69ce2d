import { locallyConnectedBackwardInput } from '@convkit/kernels-gpu';
import { openHostDevice, type Device, type Tensor } from '@convkit/tensor';
import { describe, expect, it } from 'vitest';
import { expectClose, rtol } from '../support/expect-close.js';
import { NdArray } from '../support/nd-array.js';
import { numericGradient } from '../support/numeric-gradient.js';
import { compute, onEachDevice } from '../support/on-each-device.js';
import { randomTensor } from '../support/random-tensor.js';
import { attributesOf, locallyConnectedCases, locallyConnectedGradientCases, outputShape, randomLocallyConnectedCases, type LocallyConnectedCase } from './cases.js';
import { naiveLocallyConnected, naiveLocallyConnectedBackwardInput } from './naive-locally-connected.js';

function inputsOf(shape: LocallyConnectedCase) {
  return [randomTensor('dy', outputShape(shape)), randomTensor('weight', shape.weight)] as const;
}

async function gradient(device: Device, shape: LocallyConnectedCase): Promise<Tensor> {
  return compute(device, locallyConnectedBackwardInput, inputsOf(shape), { ...attributesOf(shape), inputSize: [shape.x[1], shape.x[2]] });
}

function expected(shape: LocallyConnectedCase): NdArray {
  const [dy, weight] = inputsOf(shape).map(NdArray.of);
  return naiveLocallyConnectedBackwardInput(dy, weight, shape.x, attributesOf(shape));
}

const terms = ({ weight: [, , R, S, , K] }: LocallyConnectedCase) => R * S * K;

onEachDevice((device) => {
  it.each(locallyConnectedCases)('$title', async (shape) => {
    expectClose(await gradient(device(), shape), expected(shape), rtol(terms(shape)));
  });

  it.each(locallyConnectedGradientCases)('agrees with finite differences: $title', async (shape) => {
    const [dy, weight] = inputsOf(shape).map(NdArray.of);
    const [P, Q, , , , K] = shape.weight;
    const forward = (x: NdArray) => naiveLocallyConnected(x, weight, new NdArray([P, Q, K]), attributesOf(shape));
    expectClose(await gradient(device(), shape), numericGradient(forward, NdArray.of(randomTensor('x', shape.x)), dy), rtol(terms(shape)));
  });
});

it.each(randomLocallyConnectedCases(60))('random shape on host: $title', async (shape) => {
  expectClose(await gradient(openHostDevice(), shape), expected(shape), rtol(terms(shape)));
});

describe('refuses', () => {
  const plain = { stride: [1, 1], padding: [0, 0, 0, 0], inputSize: [4, 4] } as const;
  const weight = [2, 2, 3, 3, 3, 5];

  it('a gradient of another size than the forward output', () => {
    expect(() => locallyConnectedBackwardInput.plan([[1, 3, 3, 5], weight], plain)).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: locally_connected_backward_input: dy is [1, 3, 3, 5], but inputSize and weight make it [1, 2, 2, 5].
        dy     [1, 3, 3, 5]
        weight [2, 2, 3, 3, 3, 5]
        help: dy should be [1, 2, 2, 5].
        code: SHAPE_MISMATCH]
    `);
  });

  it('filters for other places', () => {
    expect(() => locallyConnectedBackwardInput.plan([[1, 2, 2, 5], weight], { ...plain, inputSize: [5, 4] })).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: locally_connected_backward_input: weight is [2, 2, 3, 3, 3, 5], but inputSize and its filters make it [3, 2, 3, 3, 3, 5].
        dy     [1, 2, 2, 5]
        weight [2, 2, 3, 3, 3, 5]
        help: weight should be [3, 2, 3, 3, 3, 5].
        code: SHAPE_MISMATCH]
    `);
  });

  it('a gradient that is no batch of images', () => {
    expect(() => locallyConnectedBackwardInput.plan([[1, 20], weight], plain)).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: locally_connected_backward_input: dy has 2 axes, but must have 4.
        dy       [1, 20]
        expected [N, P, Q, K]
        help: reshape dy to [N, P, Q, K].
        code: SHAPE_MISMATCH]
    `);
  });

  it('an input size of one number', () => {
    const attributes = { ...plain, inputSize: [4] } as unknown as typeof plain;
    expect(() => locallyConnectedBackwardInput.plan([[1, 2, 2, 5], weight], attributes)).toThrowErrorMatchingInlineSnapshot(`
      [OptionError: locally_connected_backward_input: inputSize is [4], but must be 2 whole numbers of at least 1.
        code: OPTION_INVALID]
    `);
  });
});
