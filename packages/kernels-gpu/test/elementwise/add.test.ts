import { add } from '@convkit/kernels-gpu';
import { describe, expect, it } from 'vitest';
import { expectClose } from '../support/expect-close.js';
import { NdArray } from '../support/nd-array.js';
import { compute, onEachDevice } from '../support/on-each-device.js';
import { randomTensor } from '../support/random-tensor.js';

onEachDevice((device) => {
  it.each([{ shape: [1] }, { shape: [2, 3, 5, 3] }, { shape: [4100] }])('$shape', async ({ shape }) => {
    const [a, b] = [randomTensor('a', shape), randomTensor('b', shape)];
    // One sum of 32-bit floats: one rounding.
    expectClose(await compute(device(), add, [a, b], {}), NdArray.of(a).map((value, i) => value + b.data[i]), 1e-7);
  });
});

describe('refuses', () => {
  it('shapes that differ', () => {
    expect(() => add.plan([[2, 3], [3]], {})).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: add: b is [3], but a is [2, 3].
        a [2, 3]
        b [3]
        help: b should be [2, 3].
        code: SHAPE_MISMATCH]
    `);
  });
});
