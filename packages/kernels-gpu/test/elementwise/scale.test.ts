import { scale } from '@convkit/kernels-gpu';
import { expect, it } from 'vitest';
import { expectClose } from '../support/expect-close.js';
import { NdArray } from '../support/nd-array.js';
import { compute, onEachDevice } from '../support/on-each-device.js';
import { randomTensor } from '../support/random-tensor.js';

onEachDevice((device) => {
  it.each([
    { shape: [1], factor: 3 },
    { shape: [2, 3, 5, 3], factor: -0.125 },
    { shape: [4100], factor: 0 },
    { shape: [7, 9], factor: 1 / 3 },
  ])('$shape by $factor', async ({ shape, factor }) => {
    const x = randomTensor('x', shape);
    const y = await compute(device(), scale, [x], { factor });
    // One product of 32-bit floats, and the factor as a 32-bit float: one rounding.
    expectClose(y, NdArray.of(x).map((value) => value * Math.fround(factor)), 1e-7);
  });
});

it('keeps the shape', () => {
  expect(scale.plan([[2, 3]], { factor: 1 }).output).toEqual([2, 3]);
});
