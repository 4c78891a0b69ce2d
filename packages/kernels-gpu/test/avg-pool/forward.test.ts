import { avgPoolForward, ceilPadding } from '@convkit/kernels-gpu';
import { Tensor, openHostDevice } from '@convkit/tensor';
import { describe, expect, it } from 'vitest';
import { expectClose, rtol } from '../support/expect-close.js';
import { NdArray } from '../support/nd-array.js';
import { compute, ieeeDevices, onEachDevice } from '../support/on-each-device.js';
import { attributesOf, poolCases, randomPoolCases } from '../support/pool-windows.js';
import { randomTensor } from '../support/random-tensor.js';
import { naiveAvgPool } from './naive-avg-pool.js';

const terms = ({ window: [R, S] }: { readonly window: readonly [number, number] }) => R * S;

onEachDevice((device) => {
  it.each(poolCases)('$title', async (shape) => {
    const x = randomTensor('x', shape.x);
    const y = await compute(device(), avgPoolForward, [x], attributesOf(shape));
    expectClose(y, naiveAvgPool(NdArray.of(x), attributesOf(shape)), rtol(terms(shape)));
  });

  it('leaves a constant image as it is, at the edges too', async () => {
    const y = await compute(device(), avgPoolForward, [new Tensor([1, 4, 4, 1], new Float32Array(16).fill(3))], { window: [3, 3], stride: [2, 2], padding: [1, 1, 1, 1] });
    expectClose(y, new NdArray([1, 2, 2, 1], [3, 3, 3, 3]), rtol(9));
  });
});

it.each(randomPoolCases(60))('random shape on host: $title', async (shape) => {
  const x = randomTensor('x', shape.x);
  const y = await compute(openHostDevice(), avgPoolForward, [x], attributesOf(shape));
  expectClose(y, naiveAvgPool(NdArray.of(x), attributesOf(shape)), rtol(terms(shape)));
});

it('takes the mean of what is left of the last windows under the rule of 2012', async () => {
  const x = Tensor.from([1, 4, 4, 1], Array.from({ length: 16 }, (_, i) => i));
  const after = ceilPadding(4, 3, 2, 0);
  const y = await compute(openHostDevice(), avgPoolForward, [x], { window: [3, 3], stride: [2, 2], padding: [0, after, after, 0] });
  expect([...y.data]).toEqual([5, 6.5, 11, 12.5]);
});

onEachDevice((device) => {
  it('lets NaN and Infinity through', async () => {
    const row = [1, NaN, 2, 3, Infinity, -Infinity, Infinity, 1];
    // Four channels of the same numbers, so that lanes are used where there are any.
    const x = Tensor.from([1, 1, 8, 4], row.flatMap((value) => [value, value, value, value]));
    const y = await compute(device(), avgPoolForward, [x], { window: [1, 2], stride: [1, 2], padding: [0, 0, 0, 0] });
    expect([...y.data]).toEqual([NaN, 2.5, NaN, Infinity].flatMap((value) => [value, value, value, value]));
  });
}, ieeeDevices);

describe('refuses', () => {
  it('padding that lets a window hold nothing', () => {
    expect(() => avgPoolForward.plan([[1, 6, 6, 3]], { window: [3, 3], stride: [2, 2], padding: [0, 0, 3, 0] })).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: avg_pool_forward: padding [0, 0, 3, 0] lets a window of [3, 3] hold no pixel.
        padding [0, 0, 3, 0]
        window  [3, 3]
        help: padding (top, right, bottom, left) should be smaller than the window.
        code: SHAPE_MISMATCH]
    `);
  });

  it('a tensor that is no batch of images', () => {
    expect(() => avgPoolForward.plan([[6, 6, 3]], { window: [3, 3], stride: [2, 2], padding: [0, 0, 0, 0] })).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: avg_pool_forward: x has 3 axes, but must have 4.
        x        [6, 6, 3]
        expected [N, H, W, C]
        help: reshape x to [N, H, W, C].
        code: SHAPE_MISMATCH]
    `);
  });
});
