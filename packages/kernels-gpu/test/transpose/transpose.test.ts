import { transpose } from '@convkit/kernels-gpu';
import { describe, expect, it } from 'vitest';
import { expectClose } from '../support/expect-close.js';
import { NdArray } from '../support/nd-array.js';
import { compute, onEachDevice } from '../support/on-each-device.js';
import { randomTensor } from '../support/random-tensor.js';

function naiveTranspose(x: NdArray): NdArray {
  const [rows, columns] = x.shape.slice(-2);
  const planes = x.reshape([x.data.length / rows / columns, rows, columns]);
  const y = new NdArray([planes.shape[0], columns, rows]);
  for (let plane = 0; plane < planes.shape[0]; plane++)
    for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) y.set(planes.at(plane, i, j), plane, j, i);
  return y.reshape([...x.shape.slice(0, -2), columns, rows]);
}

onEachDevice((device) => {
  it.each([
    { title: 'one number', shape: [1, 1] },
    { title: 'a matrix of odd sizes', shape: [3, 7] },
    { title: 'a matrix of sizes divisible by 4', shape: [8, 12] },
    { title: 'the weights of a convolution', shape: [3, 2, 5, 6] },
    { title: 'columns longer than one side of a texture', shape: [3, 8200] },
    { title: 'rows longer than one side of a texture', shape: [8200, 2] },
    { title: 'several planes of long columns', shape: [2, 2, 8200] },
  ])('$title', async ({ shape }) => {
    const x = randomTensor('x', shape);
    // No arithmetic: the result is exact.
    expectClose(await compute(device(), transpose, [x], {}), naiveTranspose(NdArray.of(x)), 0);
  });
});

describe('refuses', () => {
  it('a row', () => {
    expect(() => transpose.plan([[5]], {})).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: transpose: x must have at least two axes.
        x [5]
        help: reshape x to [rows, columns].
        code: SHAPE_MISMATCH]
    `);
  });
});
