import { maxPoolBackward } from '@convkit/kernels-gpu';
import { Tensor, openHostDevice } from '@convkit/tensor';
import { describe, expect, it } from 'vitest';
import { expectClose, rtol } from '../support/expect-close.js';
import { NdArray } from '../support/nd-array.js';
import { numericGradient } from '../support/numeric-gradient.js';
import { compute, onEachDevice } from '../support/on-each-device.js';
import { attributesOf, poolCases, poolShape, randomPoolCases } from '../support/pool-windows.js';
import { distinctTensor, randomTensor } from '../support/random-tensor.js';
import { naiveMaxPool, naiveMaxPoolBackward } from './naive-max-pool.js';

const terms = ({ window: [R, S] }: { readonly window: readonly [number, number] }) => R * S;

/** Few different values, so that ties are everywhere. */
function tiedTensor(shape: readonly number[]): Tensor {
  const x = randomTensor('ties', shape, 0, 3);
  return new Tensor(shape, x.data.map(Math.floor));
}

onEachDevice((device) => {
  it.each(poolCases)('$title', async (shape) => {
    const x = randomTensor('x', shape.x);
    const dy = randomTensor('dy', poolShape(shape.x, shape));
    const dx = await compute(device(), maxPoolBackward, [x, dy], attributesOf(shape));
    expectClose(dx, naiveMaxPoolBackward(NdArray.of(x), NdArray.of(dy), attributesOf(shape)), rtol(terms(shape)));
  });

  it.each(poolCases)('gives ties to the first: $title', async (shape) => {
    const x = tiedTensor(shape.x);
    const dy = randomTensor('dy', poolShape(shape.x, shape));
    const dx = await compute(device(), maxPoolBackward, [x, dy], attributesOf(shape));
    expectClose(dx, naiveMaxPoolBackward(NdArray.of(x), NdArray.of(dy), attributesOf(shape)), rtol(terms(shape)));
  });

  it('hands the gradient of a constant image to the first pixel of each window', async () => {
    const dx = await compute(device(), maxPoolBackward, [Tensor.zeros([1, 3, 3, 1]), Tensor.from([1, 2, 2, 1], [1, 2, 4, 8])], {
      window: [2, 2],
      stride: [1, 1],
      padding: [0, 0, 0, 0],
    });
    expect([...dx.data]).toEqual([1, 2, 0, 4, 8, 0, 0, 0, 0]);
  });

  it.each([
    { title: 'overlapping', x: [1, 5, 5, 2], window: [3, 3], stride: [2, 2], padding: [0, 0, 0, 0] },
    { title: 'clipped', x: [2, 4, 3, 2], window: [2, 3], stride: [1, 2], padding: [1, 1, 0, 2] },
  ] as const)('agrees with finite differences: $title', async (shape) => {
    const attributes = { window: shape.window, stride: shape.stride, padding: shape.padding };
    // Neighbouring values are 2 / size apart, far more than the step: no tie is crossed.
    const x = distinctTensor('x', shape.x);
    const dy = randomTensor('dy', poolShape(shape.x, attributes));
    const dx = await compute(device(), maxPoolBackward, [x, dy], attributes);
    expectClose(dx, numericGradient((moved) => naiveMaxPool(moved, attributes), NdArray.of(x), NdArray.of(dy)), rtol(terms(shape)));
  });
});

it.each(randomPoolCases(60))('random shape on host, with ties: $title', async (shape) => {
  const x = tiedTensor(shape.x);
  const dy = randomTensor('dy', poolShape(shape.x, shape));
  const dx = await compute(openHostDevice(), maxPoolBackward, [x, dy], attributesOf(shape));
  expectClose(dx, naiveMaxPoolBackward(NdArray.of(x), NdArray.of(dy), attributesOf(shape)), rtol(terms(shape)));
});

describe('refuses', () => {
  it('a gradient of another size than the forward output', () => {
    const attributes = { window: [3, 3], stride: [2, 2], padding: [0, 0, 0, 0] } as const;
    expect(() => maxPoolBackward.plan([[1, 7, 7, 3], [1, 3, 4, 3]], attributes)).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: max_pool_backward: dy is [1, 3, 4, 3], but x makes it [1, 3, 3, 3].
        x  [1, 7, 7, 3]
        dy [1, 3, 4, 3]
        help: dy should be [1, 3, 3, 3].
        code: SHAPE_MISMATCH]
    `);
  });
});
