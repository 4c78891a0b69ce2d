import { concatChannels, sliceChannels } from '@convkit/kernels-gpu';
import { describe, expect, it } from 'vitest';
import { expectClose } from '../support/expect-close.js';
import { NdArray } from '../support/nd-array.js';
import { numericGradient } from '../support/numeric-gradient.js';
import { compute, onEachDevice } from '../support/on-each-device.js';
import { randomTensor } from '../support/random-tensor.js';
import { naiveConcat } from './naive-channels.js';

onEachDevice((device) => {
  it.each([
    { title: 'one channel each', others: [], A: 1, B: 1 },
    { title: 'rows of odd sizes', others: [5], A: 3, B: 7 },
    { title: 'images', others: [2, 3, 5], A: 8, B: 4 },
    { title: 'images of one row', others: [1, 1, 3], A: 5, B: 2 },
    { title: 'filters of six axes', others: [2, 1, 3, 2, 2], A: 1, B: 6 },
    { title: 'more rows than one side of a texture', others: [9000], A: 2, B: 3 },
    { title: 'results wider than one side of a texture', others: [4], A: 4100, B: 4101 },
  ])('$title', async ({ others, A, B }) => {
    const [a, b] = [randomTensor('a', [...others, A]), randomTensor('b', [...others, B])];
    // No arithmetic: the result is exact.
    expectClose(await compute(device(), concatChannels, [a, b], {}), naiveConcat(NdArray.of(a), NdArray.of(b)), 0);
  });

  it('has two slices as its gradients, as finite differences show', async () => {
    const [a, b, dy] = [randomTensor('a', [2, 3, 3]), randomTensor('b', [2, 3, 4]), randomTensor('dy', [2, 3, 7])];
    const [x, y, upstream] = [a, b, dy].map(NdArray.of);
    const da = await compute(device(), sliceChannels, [dy], { from: 0, to: 3 });
    const db = await compute(device(), sliceChannels, [dy], { from: 3, to: 7 });
    expectClose(da, numericGradient((moved) => naiveConcat(moved, y), x, upstream), 1e-9);
    expectClose(db, numericGradient((moved) => naiveConcat(x, moved), y, upstream), 1e-9);
  });
});

describe('refuses', () => {
  it('other axes that differ', () => {
    expect(() => concatChannels.plan([[2, 3, 4], [2, 2, 5]], {})).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: concat_channels: a and b differ in other axes than the last.
        a [2, 3, 4]
        b [2, 2, 5]
        help: b should be [2, 3, 5].
        code: SHAPE_MISMATCH]
    `);
  });

  it('other numbers of axes', () => {
    expect(() => concatChannels.plan([[2, 3, 4], [3, 5]], {})).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: concat_channels: a and b differ in other axes than the last.
        a [2, 3, 4]
        b [3, 5]
        help: b should be [2, 3, 5].
        code: SHAPE_MISMATCH]
    `);
  });

  it('a scalar', () => {
    expect(() => concatChannels.plan([[1], []], {})).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: concat_channels: b is a scalar, but must have at least one axis.
        b []
        help: reshape b to [1].
        code: SHAPE_MISMATCH]
    `);
  });
});
