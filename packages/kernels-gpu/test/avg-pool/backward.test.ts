import { avgPoolBackward } from '@convkit/kernels-gpu';
import { openHostDevice } from '@convkit/tensor';
import { describe, expect, it } from 'vitest';
import { expectClose, rtol } from '../support/expect-close.js';
import { NdArray } from '../support/nd-array.js';
import { numericGradient } from '../support/numeric-gradient.js';
import { compute, onEachDevice } from '../support/on-each-device.js';
import { attributesOf, poolCases, poolShape, randomPoolCases, type PoolCase } from '../support/pool-windows.js';
import { randomTensor } from '../support/random-tensor.js';
import { naiveAvgPool, naiveAvgPoolBackward } from './naive-avg-pool.js';

const terms = ({ window: [R, S] }: { readonly window: readonly [number, number] }) => R * S;
const gradientAttributesOf = (shape: PoolCase) => ({ ...attributesOf(shape), inputSize: [shape.x[1], shape.x[2]] as const });

onEachDevice((device) => {
  it.each(poolCases)('$title', async (shape) => {
    const dy = randomTensor('dy', poolShape(shape.x, shape));
    const dx = await compute(device(), avgPoolBackward, [dy], gradientAttributesOf(shape));
    expectClose(dx, naiveAvgPoolBackward(shape.x, NdArray.of(dy), attributesOf(shape)), rtol(terms(shape)));
  });

  it.each<PoolCase>([
    { title: 'overlapping', x: [1, 5, 5, 2], window: [3, 3], stride: [2, 2], padding: [0, 0, 0, 0] },
    { title: 'clipped', x: [2, 4, 3, 2], window: [2, 3], stride: [1, 2], padding: [1, 1, 0, 2] },
    { title: 'with pixels that no window holds', x: [1, 7, 6, 1], window: [2, 2], stride: [3, 4], padding: [0, 0, 0, 0] },
  ])('agrees with finite differences: $title', async (shape) => {
    const dy = randomTensor('dy', poolShape(shape.x, shape));
    const dx = await compute(device(), avgPoolBackward, [dy], gradientAttributesOf(shape));
    const x = NdArray.of(randomTensor('x', shape.x));
    expectClose(dx, numericGradient((moved) => naiveAvgPool(moved, attributesOf(shape)), x, NdArray.of(dy)), rtol(terms(shape)));
  });
});

it.each(randomPoolCases(60))('random shape on host: $title', async (shape) => {
  const dy = randomTensor('dy', poolShape(shape.x, shape));
  const dx = await compute(openHostDevice(), avgPoolBackward, [dy], gradientAttributesOf(shape));
  expectClose(dx, naiveAvgPoolBackward(shape.x, NdArray.of(dy), attributesOf(shape)), rtol(terms(shape)));
});

describe('refuses', () => {
  const attributes = { window: [3, 3], stride: [2, 2], padding: [0, 0, 0, 0], inputSize: [7, 7] } as const;

  it('a gradient of another size than the forward output', () => {
    expect(() => avgPoolBackward.plan([[1, 3, 4, 3]], attributes)).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: avg_pool_backward: dy is [1, 3, 4, 3], but inputSize makes it [1, 3, 3, 3].
        dy [1, 3, 4, 3]
        help: dy should be [1, 3, 3, 3].
        code: SHAPE_MISMATCH]
    `);
  });

  it('a tensor that is no batch of images', () => {
    expect(() => avgPoolBackward.plan([[3, 3]], attributes)).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: avg_pool_backward: dy has 2 axes, but must have 4.
        dy       [3, 3]
        expected [N, P, Q, C]
        help: reshape dy to [N, P, Q, C].
        code: SHAPE_MISMATCH]
    `);
  });

  it('an input of no size', () => {
    expect(() => avgPoolBackward.plan([[1, 3, 3, 3]], { ...attributes, inputSize: [7, 0] })).toThrowErrorMatchingInlineSnapshot(`
      [OptionError: avg_pool_backward: inputSize is [7, 0], but must be 2 whole numbers of at least 1.
        code: OPTION_INVALID]
    `);
  });
});
