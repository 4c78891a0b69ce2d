import { ceilPadding, maxPoolForward } from '@convkit/kernels-gpu';
import { Tensor, openHostDevice } from '@convkit/tensor';
import { describe, expect, it } from 'vitest';
import { expectClose } from '../support/expect-close.js';
import { NdArray } from '../support/nd-array.js';
import { compute, ieeeDevices, onEachDevice } from '../support/on-each-device.js';
import { attributesOf, poolCases, randomPoolCases, type PoolCase } from '../support/pool-windows.js';
import { randomTensor } from '../support/random-tensor.js';
import { naiveMaxPool } from './naive-max-pool.js';

// A maximum is one of its inputs: the result is exact.
const EXACT = 0;

onEachDevice((device) => {
  it.each(poolCases)('$title', async (shape: PoolCase) => {
    // All negative: a border taken for zeros would win.
    const x = randomTensor('x', shape.x, -2, -1);
    const y = await compute(device(), maxPoolForward, [x], attributesOf(shape));
    expectClose(y, naiveMaxPool(NdArray.of(x), attributesOf(shape)), EXACT);
  });
});

it.each(randomPoolCases(60))('random shape on host: $title', async (shape) => {
  const x = randomTensor('x', shape.x, -2, -1);
  const y = await compute(openHostDevice(), maxPoolForward, [x], attributesOf(shape));
  expectClose(y, naiveMaxPool(NdArray.of(x), attributesOf(shape)), EXACT);
});

it('leaves no pixel out under the rule of 2012', async () => {
  const x = Tensor.from([1, 4, 4, 1], Array.from({ length: 16 }, (_, i) => i));
  const after = ceilPadding(4, 3, 2, 0);
  const y = await compute(openHostDevice(), maxPoolForward, [x], { window: [3, 3], stride: [2, 2], padding: [0, after, after, 0] });
  expect([...y.data]).toEqual([10, 11, 14, 15]);
});

onEachDevice((device) => {
  it('lets NaN and Infinity through', async () => {
    const row = [1, NaN, 2, 3, Infinity, -Infinity, NaN, 1];
    // Four channels of the same numbers, so that lanes are used where there are any.
    const x = Tensor.from([1, 1, 8, 4], row.flatMap((value) => [value, value, value, value]));
    const y = await compute(device(), maxPoolForward, [x], { window: [1, 2], stride: [1, 2], padding: [0, 0, 0, 0] });
    expect([...y.data]).toEqual([NaN, 3, Infinity, NaN].flatMap((value) => [value, value, value, value]));
  });
}, ieeeDevices);

describe('refuses', () => {
  const plain = { window: [3, 3], stride: [2, 2], padding: [0, 0, 0, 0] } as const;

  it('a tensor that is no batch of images', () => {
    expect(() => maxPoolForward.plan([[6, 6, 3]], plain)).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: max_pool_forward: x has 3 axes, but must have 4.
        x        [6, 6, 3]
        expected [N, H, W, C]
        help: reshape x to [N, H, W, C].
        code: SHAPE_MISMATCH]
    `);
  });

  it('a window larger than the padded image', () => {
    expect(() => maxPoolForward.plan([[1, 2, 6, 3]], plain)).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: max_pool_forward: a window of [3, 3] does not fit into the padded image of [2, 6].
        image   [2, 6]
        padding [0, 0, 0, 0]
        window  [3, 3]
        help: use a larger image, more padding or a smaller window.
        code: SHAPE_MISMATCH]
    `);
  });

  it('padding that lets a window hold nothing', () => {
    expect(() => maxPoolForward.plan([[1, 6, 6, 3]], { ...plain, padding: [0, 0, 3, 0] })).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: max_pool_forward: padding [0, 0, 3, 0] lets a window of [3, 3] hold no pixel.
        padding [0, 0, 3, 0]
        window  [3, 3]
        help: padding (top, right, bottom, left) should be smaller than the window.
        code: SHAPE_MISMATCH]
    `);
  });

  it('a window of half a pixel', () => {
    expect(() => maxPoolForward.plan([[1, 6, 6, 3]], { ...plain, window: [0.5, 1] })).toThrowErrorMatchingInlineSnapshot(`
      [OptionError: max_pool_forward: window is [0.5, 1], but must be 2 whole numbers of at least 1.
        code: OPTION_INVALID]
    `);
  });
});
