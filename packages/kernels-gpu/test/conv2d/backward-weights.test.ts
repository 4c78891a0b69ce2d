import { conv2dBackwardWeights, sumRows } from '@convkit/kernels-gpu';
import { openHostDevice, sizeOf, type Device } from '@convkit/tensor';
import { describe, expect, it } from 'vitest';
import { expectClose, rtol } from '../support/expect-close.js';
import { NdArray } from '../support/nd-array.js';
import { numericGradient } from '../support/numeric-gradient.js';
import { compute, onEachDevice } from '../support/on-each-device.js';
import { randomTensor } from '../support/random-tensor.js';
import { attributesOf, conv2dCases, conv2dGradientCases, randomConv2dCases, type Conv2dCase } from './cases.js';
import { conv2dShape, naiveConv2d, naiveConv2dBackwardWeights } from './naive-conv2d.js';

function inputsOf(shape: Conv2dCase) {
  return [randomTensor('x', shape.x), randomTensor('dy', conv2dShape(shape.x, shape.weight, shape))] as const;
}

function attributesFor(shape: Conv2dCase, splits: number) {
  return { ...attributesOf(shape), kernelSize: [shape.weight[0], shape.weight[1]] as const, splits };
}

const terms = (shape: Conv2dCase) => {
  const [N, P, Q] = conv2dShape(shape.x, shape.weight, shape);
  return N * P * Q;
};

/** Both launches: the slabs, and their sum. */
async function gradient(device: Device, shape: Conv2dCase, splits: number): Promise<NdArray> {
  const partial = await compute(device, conv2dBackwardWeights, inputsOf(shape), attributesFor(shape, splits));
  expect(partial.shape).toEqual([splits, ...shape.weight]);
  if (splits === 1) return new NdArray(shape.weight, partial.data);
  const sum = await compute(device, sumRows, [partial], { columns: sizeOf(shape.weight), splits: 1 });
  return new NdArray(shape.weight, sum.data);
}

function expected(shape: Conv2dCase): NdArray {
  const [x, dy] = inputsOf(shape);
  return naiveConv2dBackwardWeights(NdArray.of(x), NdArray.of(dy), shape.weight, attributesOf(shape));
}

onEachDevice((device) => {
  it.each(conv2dCases)('$title', async (shape) => {
    expectClose(await gradient(device(), shape, 1), expected(shape), rtol(terms(shape)));
  });

  it.each([
    { splits: 2, title: 'a slab of two images and one of one' },
    { splits: 3, title: 'slabs of one image' },
    { splits: 5, title: 'more slabs than images' },
  ])('cut into $splits: $title', async ({ splits }) => {
    const shape: Conv2dCase = { title: '', x: [3, 5, 4, 4], weight: [3, 2, 2, 6], stride: [2, 1], padding: [1, 1, 0, 0], groups: 2 };
    expectClose(await gradient(device(), shape, splits), expected(shape), rtol(terms(shape)));
  });

  it.each(conv2dGradientCases)('agrees with finite differences: $title', async (shape) => {
    const [x, dy] = inputsOf(shape);
    const forward = (weight: NdArray) => naiveConv2d(NdArray.of(x), weight, new NdArray([shape.weight[3]]), attributesOf(shape));
    const numeric = numericGradient(forward, NdArray.of(randomTensor('weight', shape.weight)), NdArray.of(dy));
    expectClose(await gradient(device(), shape, 1), numeric, rtol(terms(shape)));
  });
});

it.each(randomConv2dCases(60))('random shape on host: $title', async (shape) => {
  expectClose(await gradient(openHostDevice(), shape, shape.x[0]), expected(shape), rtol(terms(shape)));
});

describe('refuses', () => {
  const plain = { stride: [1, 1], padding: [0, 0, 0, 0], groups: 1, kernelSize: [3, 3], splits: 1 } as const;

  it('a gradient of another size than the forward output', () => {
    expect(() => conv2dBackwardWeights.plan([[1, 4, 4, 3], [1, 2, 3, 4]], plain)).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: conv2d_backward_weights: dy is [1, 2, 3, 4], but x and kernelSize make it [1, 2, 2, 4].
        x  [1, 4, 4, 3]
        dy [1, 2, 3, 4]
        help: dy should be [1, 2, 2, 4].
        code: SHAPE_MISMATCH]
    `);
  });

  it('a gradient of another batch', () => {
    expect(() => conv2dBackwardWeights.plan([[2, 4, 4, 3], [1, 2, 2, 4]], plain)).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: conv2d_backward_weights: dy is [1, 2, 2, 4], but x and kernelSize make it [2, 2, 2, 4].
        x  [2, 4, 4, 3]
        dy [1, 2, 2, 4]
        help: dy should be [2, 2, 2, 4].
        code: SHAPE_MISMATCH]
    `);
  });

  it('groups that do not divide the input channels', () => {
    expect(() => conv2dBackwardWeights.plan([[1, 4, 4, 3], [1, 2, 2, 4]], { ...plain, groups: 2 })).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: conv2d_backward_weights: x has 3 channels, but weight [3, 3, 2, 4] with groups 2 reads 4.
        x      [1, 4, 4, 3]
        weight [3, 3, 2, 4]
        help: groups should divide 3.
        code: SHAPE_MISMATCH]
    `);
  });

  it('no slabs', () => {
    expect(() => conv2dBackwardWeights.plan([[1, 4, 4, 3], [1, 2, 2, 4]], { ...plain, splits: 0 })).toThrowErrorMatchingInlineSnapshot(`
      [OptionError: conv2d_backward_weights: splits is 0, but must be a whole number of at least 1.
        code: OPTION_INVALID]
    `);
  });
});
