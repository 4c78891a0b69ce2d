import { conv2dForward, locallyConnectedForward } from '@convkit/kernels-gpu';
import { Tensor, openHostDevice, sizeOf } from '@convkit/tensor';
import { describe, expect, it } from 'vitest';
import { expectClose, rtol } from '../support/expect-close.js';
import { NdArray } from '../support/nd-array.js';
import { compute, onEachDevice } from '../support/on-each-device.js';
import { randomTensor } from '../support/random-tensor.js';
import { attributesOf, locallyConnectedCases, randomLocallyConnectedCases, type LocallyConnectedCase } from './cases.js';
import { naiveLocallyConnected } from './naive-locally-connected.js';

function inputsOf({ x, weight }: LocallyConnectedCase) {
  const [P, Q, , , , K] = weight;
  return [randomTensor('x', x), randomTensor('weight', weight), randomTensor('bias', [P, Q, K])] as const;
}

function expected(shape: LocallyConnectedCase): NdArray {
  const [x, weight, bias] = inputsOf(shape).map(NdArray.of);
  return naiveLocallyConnected(x, weight, bias, attributesOf(shape));
}

const terms = ({ weight: [, , R, S, C] }: LocallyConnectedCase) => R * S * C + 1;

onEachDevice((device) => {
  it.each(locallyConnectedCases)('$title', async (shape) => {
    const y = await compute(device(), locallyConnectedForward, inputsOf(shape), attributesOf(shape));
    expectClose(y, expected(shape), rtol(terms(shape)));
  });

  it('is a convolution where all places have the same filters', async () => {
    const [x, shared, bias] = [randomTensor('x', [2, 5, 6, 3]), randomTensor('weight', [3, 2, 3, 4]), randomTensor('bias', [4])];
    const attributes = { stride: [2, 1], padding: [1, 0, 1, 1] } as const;
    const convolved = await compute(device(), conv2dForward, [x, shared, bias], { ...attributes, groups: 1 });
    const [, P, Q] = convolved.shape;
    const repeat = ({ shape, data }: Tensor) => new Tensor([P, Q, ...shape], Float32Array.from({ length: P * Q * sizeOf(shape) }, (_, i) => data[i % data.length]));
    const y = await compute(device(), locallyConnectedForward, [x, repeat(shared), repeat(bias)], attributes);
    expectClose(y, NdArray.of(convolved), rtol(19));
  });
});

it.each(randomLocallyConnectedCases(60))('random shape on host: $title', async (shape) => {
  const y = await compute(openHostDevice(), locallyConnectedForward, inputsOf(shape), attributesOf(shape));
  expectClose(y, expected(shape), rtol(terms(shape)));
});

describe('refuses', () => {
  const plain = { stride: [1, 1], padding: [0, 0, 0, 0] } as const;
  const shapes = [[1, 4, 4, 3], [2, 2, 3, 3, 3, 5], [2, 2, 5]];

  it('filters for other places', () => {
    expect(() => locallyConnectedForward.plan(shapes, { ...plain, padding: [1, 1, 1, 1] })).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: locally_connected_forward: weight is [2, 2, 3, 3, 3, 5], but x and its filters make it [4, 4, 3, 3, 3, 5].
        x      [1, 4, 4, 3]
        weight [2, 2, 3, 3, 3, 5]
        help: weight should be [4, 4, 3, 3, 3, 5].
        code: SHAPE_MISMATCH]
    `);
  });

  it('channels that the weights do not read', () => {
    expect(() => locallyConnectedForward.plan([[1, 4, 4, 2], shapes[1], shapes[2]], plain)).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: locally_connected_forward: weight is [2, 2, 3, 3, 3, 5], but x and its filters make it [2, 2, 3, 3, 2, 5].
        x      [1, 4, 4, 2]
        weight [2, 2, 3, 3, 3, 5]
        help: weight should be [2, 2, 3, 3, 2, 5].
        code: SHAPE_MISMATCH]
    `);
  });

  it('the weights of a convolution', () => {
    expect(() => locallyConnectedForward.plan([shapes[0], [3, 3, 3, 5], shapes[2]], plain)).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: locally_connected_forward: weight has 4 axes, but must have 6.
        weight   [3, 3, 3, 5]
        expected [P, Q, R, S, C, K]
        help: reshape weight to [P, Q, R, S, C, K].
        code: SHAPE_MISMATCH]
    `);
  });

  it('a bias that places share', () => {
    expect(() => locallyConnectedForward.plan([shapes[0], shapes[1], [5]], plain)).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: locally_connected_forward: bias is [5], but weight makes it [2, 2, 5].
        x      [1, 4, 4, 3]
        weight [2, 2, 3, 3, 3, 5]
        bias   [5]
        help: bias should be [2, 2, 5].
        code: SHAPE_MISMATCH]
    `);
  });

  it('an image that is no batch', () => {
    expect(() => locallyConnectedForward.plan([[4, 4, 3], shapes[1], shapes[2]], plain)).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: locally_connected_forward: x has 3 axes, but must have 4.
        x        [4, 4, 3]
        expected [N, H, W, C]
        help: reshape x to [N, H, W, C].
        code: SHAPE_MISMATCH]
    `);
  });

  it('a filter larger than the padded image', () => {
    expect(() => locallyConnectedForward.plan([[1, 2, 4, 3], shapes[1], shapes[2]], plain)).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: locally_connected_forward: a window of [3, 3] does not fit into the padded image of [2, 4].
        image   [2, 4]
        padding [0, 0, 0, 0]
        window  [3, 3]
        help: use a larger image, more padding or a smaller window.
        code: SHAPE_MISMATCH]
    `);
  });

  it('a stride of zero, half a pixel of padding', () => {
    expect(() => locallyConnectedForward.plan(shapes, { ...plain, stride: [0, 1] })).toThrowErrorMatchingInlineSnapshot(`
      [OptionError: locally_connected_forward: stride is [0, 1], but must be 2 whole numbers of at least 1.
        code: OPTION_INVALID]
    `);
    expect(() => locallyConnectedForward.plan(shapes, { ...plain, padding: [0, 0.5, 0, 0] })).toThrowErrorMatchingInlineSnapshot(`
      [OptionError: locally_connected_forward: padding is [0, 0.5, 0, 0], but must be 4 whole numbers of at least 0.
        code: OPTION_INVALID]
    `);
  });
});
