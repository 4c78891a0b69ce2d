import { dropout } from '@convkit/kernels-gpu';
import { RandomStream, Tensor, sizeOf, type Shape } from '@convkit/tensor';
import { describe, expect, it } from 'vitest';
import { expectClose } from '../support/expect-close.js';
import { NdArray } from '../support/nd-array.js';
import { numericGradient } from '../support/numeric-gradient.js';
import { compute, onEachDevice } from '../support/on-each-device.js';
import { randomTensor } from '../support/random-tensor.js';

function randomMask(shape: Shape, keep: number): Tensor {
  return new Tensor(shape, new RandomStream(3, 'mask').at().fillMask(new Float32Array(sizeOf(shape)), keep));
}

// Two products of 32-bit floats: two roundings.
const TWO_ROUNDINGS = 2e-7;

onEachDevice((device) => {
  it.each([
    { shape: [1], keep: 0.5 },
    { shape: [3, 7], keep: 0.5 },
    { shape: [2, 2, 3, 4], keep: 0.9 },
    { shape: [4100], keep: 0.3 },
  ])('$shape keeping $keep', async ({ shape, keep }) => {
    const x = randomTensor('x', shape);
    const mask = randomMask(shape, keep);
    const y = await compute(device(), dropout, [x, mask], { scale: 1 / keep });
    expectClose(y, NdArray.of(x).map((value, i) => (mask.data[i] === 1 ? value * Math.fround(1 / keep) : 0)), TWO_ROUNDINGS);
  });

  it('is its own gradient, as finite differences tell', async () => {
    const mask = randomMask([4, 5], 0.5);
    const dy = randomTensor('dy', [4, 5]);
    const dx = await compute(device(), dropout, [dy, mask], { scale: 2 });
    const forward = (x: NdArray) => x.map((value, i) => value * mask.data[i] * 2);
    expectClose(dx, numericGradient(forward, NdArray.of(randomTensor('x', [4, 5])), NdArray.of(dy)), 1e-6);
  });

  it('takes another scale without another kernel', async () => {
    const [x, mask] = [Tensor.from([3], [1, 2, 3]), Tensor.from([3], [1, 0, 1])];
    await compute(device(), dropout, [x, mask], { scale: 1 });
    const { kernels } = device().report();
    const y = await compute(device(), dropout, [x, mask], { scale: 4 });
    expect([...y.data]).toEqual([4, 0, 12]);
    expect(device().report().kernels).toBe(kernels);
  });
});

describe('refuses', () => {
  it('a mask of another shape', () => {
    expect(() => dropout.plan([[2, 3], [6]], { scale: 1 })).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: dropout: mask is [6], but x is [2, 3].
        x    [2, 3]
        mask [6]
        help: mask should be [2, 3].
        code: SHAPE_MISMATCH]
    `);
  });
});
