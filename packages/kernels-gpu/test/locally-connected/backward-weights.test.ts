import { locallyConnectedBackwardWeights, sumRows } from '@convkit/kernels-gpu';
import { openHostDevice, type Device, type Tensor } from '@convkit/tensor';
import { describe, expect, it } from 'vitest';
import { expectClose, rtol } from '../support/expect-close.js';
import { NdArray } from '../support/nd-array.js';
import { numericGradient } from '../support/numeric-gradient.js';
import { compute, onEachDevice } from '../support/on-each-device.js';
import { randomTensor } from '../support/random-tensor.js';
import { attributesOf, locallyConnectedCases, locallyConnectedGradientCases, outputShape, randomLocallyConnectedCases, type LocallyConnectedCase } from './cases.js';
import { naiveLocallyConnected, naiveLocallyConnectedBackwardWeights } from './naive-locally-connected.js';

function inputsOf(shape: LocallyConnectedCase) {
  return [randomTensor('x', shape.x), randomTensor('dy', outputShape(shape))] as const;
}

async function gradient(device: Device, shape: LocallyConnectedCase): Promise<Tensor> {
  return compute(device, locallyConnectedBackwardWeights, inputsOf(shape), { ...attributesOf(shape), kernelSize: [shape.weight[2], shape.weight[3]] });
}

function expected(shape: LocallyConnectedCase): NdArray {
  const [x, dy] = inputsOf(shape).map(NdArray.of);
  return naiveLocallyConnectedBackwardWeights(x, dy, shape.weight, attributesOf(shape));
}

const terms = ({ x: [N] }: LocallyConnectedCase) => N;

onEachDevice((device) => {
  it.each(locallyConnectedCases)('$title', async (shape) => {
    expectClose(await gradient(device(), shape), expected(shape), rtol(terms(shape)));
  });

  it.each(locallyConnectedGradientCases)('agrees with finite differences: $title', async (shape) => {
    const [x, dy] = inputsOf(shape).map(NdArray.of);
    const [P, Q, , , , K] = shape.weight;
    const forward = (weight: NdArray) => naiveLocallyConnected(x, weight, new NdArray([P, Q, K]), attributesOf(shape));
    expectClose(await gradient(device(), shape), numericGradient(forward, NdArray.of(randomTensor('weight', shape.weight)), dy), rtol(terms(shape)));
  });

  it.each(locallyConnectedGradientCases)('the bias, as a sum of rows, agrees with finite differences: $title', async (shape) => {
    const [x, dy] = inputsOf(shape);
    const [P, Q, , , , K] = shape.weight;
    const { data } = await compute(device(), sumRows, [dy], { columns: P * Q * K, splits: 1 });
    const weight = NdArray.of(randomTensor('weight', shape.weight));
    const forward = (bias: NdArray) => naiveLocallyConnected(NdArray.of(x), weight, bias, attributesOf(shape));
    expectClose(new NdArray([P, Q, K], data), numericGradient(forward, new NdArray([P, Q, K]), NdArray.of(dy)), rtol(terms(shape)));
  });
});

it.each(randomLocallyConnectedCases(60))('random shape on host: $title', async (shape) => {
  expectClose(await gradient(openHostDevice(), shape), expected(shape), rtol(terms(shape)));
});

describe('refuses', () => {
  const plain = { stride: [1, 1], padding: [0, 0, 0, 0], kernelSize: [3, 3] } as const;

  it('a gradient of another size than the forward output', () => {
    expect(() => locallyConnectedBackwardWeights.plan([[1, 4, 4, 3], [1, 2, 3, 4]], plain)).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: locally_connected_backward_weights: dy is [1, 2, 3, 4], but x and kernelSize make it [1, 2, 2, 4].
        x  [1, 4, 4, 3]
        dy [1, 2, 3, 4]
        help: dy should be [1, 2, 2, 4].
        code: SHAPE_MISMATCH]
    `);
  });

  it('a gradient of another batch', () => {
    expect(() => locallyConnectedBackwardWeights.plan([[2, 4, 4, 3], [1, 2, 2, 4]], plain)).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: locally_connected_backward_weights: dy is [1, 2, 2, 4], but x and kernelSize make it [2, 2, 2, 4].
        x  [2, 4, 4, 3]
        dy [1, 2, 2, 4]
        help: dy should be [2, 2, 2, 4].
        code: SHAPE_MISMATCH]
    `);
  });

  it('an image that is no batch', () => {
    expect(() => locallyConnectedBackwardWeights.plan([[4, 4, 3], [1, 2, 2, 4]], plain)).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: locally_connected_backward_weights: x has 3 axes, but must have 4.
        x        [4, 4, 3]
        expected [N, H, W, C]
        help: reshape x to [N, H, W, C].
        code: SHAPE_MISMATCH]
    `);
  });

  it('a filter without columns', () => {
    expect(() => locallyConnectedBackwardWeights.plan([[1, 4, 4, 3], [1, 2, 2, 4]], { ...plain, kernelSize: [3, 0] })).toThrowErrorMatchingInlineSnapshot(`
      [OptionError: locally_connected_backward_weights: kernelSize is [3, 0], but must be 2 whole numbers of at least 1.
        code: OPTION_INVALID]
    `);
  });
});
