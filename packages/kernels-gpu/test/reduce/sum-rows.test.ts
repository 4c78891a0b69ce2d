import { sumRows } from '@convkit/kernels-gpu';
import type { Shape } from '@convkit/tensor';
import { describe, expect, it } from 'vitest';
import { expectClose, rtol } from '../support/expect-close.js';
import { NdArray } from '../support/nd-array.js';
import { compute, onEachDevice } from '../support/on-each-device.js';
import { randomTensor } from '../support/random-tensor.js';

function naiveSumRows(x: NdArray, columns: number): NdArray {
  const y = new NdArray([columns]);
  x.data.forEach((value, i) => y.add(value, i % columns));
  return y;
}

const cases: readonly { title: string; x: Shape; columns: number }[] = [
  { title: 'one number', x: [1], columns: 1 },
  { title: 'one row', x: [1, 5], columns: 5 },
  { title: 'one column: the sum of all', x: [13], columns: 1 },
  { title: 'the bias of a convolution', x: [2, 5, 3, 6], columns: 6 },
  { title: 'the bias of a dense layer', x: [7, 10], columns: 10 },
  { title: 'columns over several axes', x: [3, 2, 2, 4], columns: 16 },
  { title: 'more rows than a loop without a stated bound would run', x: [2500, 4], columns: 4 },
  { title: 'more columns than one side of a texture', x: [2, 9000], columns: 9000 },
];

onEachDevice((device) => {
  it.each(cases)('$title', async ({ x, columns }) => {
    const input = randomTensor('x', x);
    const y = await compute(device(), sumRows, [input], { columns, splits: 1 });
    expectClose(y, naiveSumRows(NdArray.of(input), columns), rtol(input.size / columns));
  });

  it.each([2, 3, 7, 9])('the slabs of 7 rows cut into %i add up to the whole', async (splits) => {
    const input = randomTensor('x', [7, 6]);
    const partial = await compute(device(), sumRows, [input], { columns: 6, splits });
    expect(partial.shape).toEqual([splits, 6]);
    const slab = Math.ceil(7 / splits);
    const first = NdArray.of(input).data.slice(0, 6 * slab);
    expectClose(new NdArray([6], partial.data.slice(0, 6)), naiveSumRows(new NdArray([slab, 6], first), 6), rtol(slab));
    const y = await compute(device(), sumRows, [partial], { columns: 6, splits: 1 });
    expectClose(y, naiveSumRows(NdArray.of(input), 6), rtol(7));
  });

  it('slabs of very long rows', async () => {
    const input = randomTensor('x', [5, 9000]);
    const partial = await compute(device(), sumRows, [input], { columns: 9000, splits: 2 });
    const y = await compute(device(), sumRows, [partial], { columns: 9000, splits: 1 });
    expectClose(y, naiveSumRows(NdArray.of(input), 9000), rtol(5));
  });
});

describe('refuses', () => {
  it('columns that do not divide', () => {
    expect(() => sumRows.plan([[3, 4]], { columns: 5, splits: 1 })).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: sum_rows: x [3, 4] holds 12 numbers, which are no whole rows of 5.
        x       [3, 4]
        columns 5
        help: columns should be the last axis of x, or a product of its last axes.
        code: SHAPE_MISMATCH]
    `);
  });

  it('no columns, no slabs', () => {
    expect(() => sumRows.plan([[3, 4]], { columns: 0, splits: 1 })).toThrowErrorMatchingInlineSnapshot(`
      [OptionError: sum_rows: columns is 0, but must be a whole number of at least 1.
        code: OPTION_INVALID]
    `);
    expect(() => sumRows.plan([[3, 4]], { columns: 4, splits: 1.5 })).toThrowErrorMatchingInlineSnapshot(`
      [OptionError: sum_rows: splits is 1.5, but must be a whole number of at least 1.
        code: OPTION_INVALID]
    `);
  });
});
