import { conv2dForward } from '@convkit/kernels-gpu';
import { openHostDevice } from '@convkit/tensor';
import { describe, expect, it } from 'vitest';
import { expectClose, rtol } from '../support/expect-close.js';
import { NdArray } from '../support/nd-array.js';
import { compute, onEachDevice } from '../support/on-each-device.js';
import { randomTensor } from '../support/random-tensor.js';
import { attributesOf, conv2dCases, randomConv2dCases, type Conv2dCase } from './cases.js';
import { naiveConv2d } from './naive-conv2d.js';

function inputsOf({ x, weight }: Conv2dCase) {
  return [randomTensor('x', x), randomTensor('weight', weight), randomTensor('bias', [weight[3]])] as const;
}

const terms = ({ weight: [R, S, C] }: Conv2dCase) => R * S * C + 1;

onEachDevice((device) => {
  it.each(conv2dCases)('$title', async (shape) => {
    const [x, weight, bias] = inputsOf(shape);
    const y = await compute(device(), conv2dForward, [x, weight, bias], attributesOf(shape));
    expectClose(y, naiveConv2d(NdArray.of(x), NdArray.of(weight), NdArray.of(bias), attributesOf(shape)), rtol(terms(shape)));
  });
});

it.each(randomConv2dCases(60))('random shape on host: $title', async (shape) => {
  const [x, weight, bias] = inputsOf(shape);
  const y = await compute(openHostDevice(), conv2dForward, [x, weight, bias], attributesOf(shape));
  expectClose(y, naiveConv2d(NdArray.of(x), NdArray.of(weight), NdArray.of(bias), attributesOf(shape)), rtol(terms(shape)));
});

describe('refuses', () => {
  const plain = { stride: [1, 1], padding: [0, 0, 0, 0], groups: 1 } as const;

  it('channels that the weights do not read', () => {
    expect(() => conv2dForward.plan([[128, 27, 27, 96], [5, 5, 96, 256], [256]], { ...plain, groups: 2 })).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: conv2d_forward: x has 96 channels, but weight [5, 5, 96, 256] with groups 2 reads 192.
        x      [128, 27, 27, 96]
        weight [5, 5, 96, 256]
        help: weight should be [5, 5, 48, 256], or groups should be 1.
        code: SHAPE_MISMATCH]
    `);
  });

  it('groups that do not divide the input channels', () => {
    expect(() => conv2dForward.plan([[1, 4, 4, 5], [3, 3, 2, 4], [4]], { ...plain, groups: 2 })).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: conv2d_forward: x has 5 channels, but weight [3, 3, 2, 4] with groups 2 reads 4.
        x      [1, 4, 4, 5]
        weight [3, 3, 2, 4]
        help: groups should divide 5.
        code: SHAPE_MISMATCH]
    `);
  });

  it('groups that do not divide the output channels', () => {
    expect(() => conv2dForward.plan([[1, 4, 4, 4], [3, 3, 2, 5], [5]], { ...plain, groups: 2 })).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: conv2d_forward: weight has 5 output channels, which groups 2 does not divide.
        weight [3, 3, 2, 5]
        help: groups should divide 5.
        code: SHAPE_MISMATCH]
    `);
  });

  it('an image that is no batch', () => {
    expect(() => conv2dForward.plan([[4, 4, 3], [3, 3, 3, 4], [4]], plain)).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: conv2d_forward: x has 3 axes, but must have 4.
        x        [4, 4, 3]
        expected [N, H, W, C]
        help: reshape x to [N, H, W, C].
        code: SHAPE_MISMATCH]
    `);
  });

  it('a bias of another length', () => {
    expect(() => conv2dForward.plan([[1, 4, 4, 3], [3, 3, 3, 4], [5]], plain)).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: conv2d_forward: bias is [5], but weight makes it [4].
        x      [1, 4, 4, 3]
        weight [3, 3, 3, 4]
        bias   [5]
        help: bias should be [4].
        code: SHAPE_MISMATCH]
    `);
  });

  it('a filter larger than the padded image', () => {
    expect(() => conv2dForward.plan([[1, 3, 4, 1], [5, 3, 1, 1], [1]], { ...plain, padding: [1, 0, 0, 0] })).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: conv2d_forward: a window of [5, 3] does not fit into the padded image of [4, 4].
        image   [3, 4]
        padding [1, 0, 0, 0]
        window  [5, 3]
        help: use a larger image, more padding or a smaller window.
        code: SHAPE_MISMATCH]
    `);
  });

  it('a stride of zero, half a pixel of padding, no groups', () => {
    const shapes = [[1, 4, 4, 3], [3, 3, 3, 4], [4]];
    expect(() => conv2dForward.plan(shapes, { ...plain, stride: [0, 1] })).toThrowErrorMatchingInlineSnapshot(`
      [OptionError: conv2d_forward: stride is [0, 1], but must be 2 whole numbers of at least 1.
        code: OPTION_INVALID]
    `);
    expect(() => conv2dForward.plan(shapes, { ...plain, padding: [0, 0.5, 0, 0] })).toThrowErrorMatchingInlineSnapshot(`
      [OptionError: conv2d_forward: padding is [0, 0.5, 0, 0], but must be 4 whole numbers of at least 0.
        code: OPTION_INVALID]
    `);
    expect(() => conv2dForward.plan(shapes, { ...plain, groups: 0 })).toThrowErrorMatchingInlineSnapshot(`
      [OptionError: conv2d_forward: groups is 0, but must be a whole number of at least 1.
        code: OPTION_INVALID]
    `);
  });
});
