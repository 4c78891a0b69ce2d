import { ShapeError, defKernel, formatShape, sizeOf, type KernelThread, type View2 } from '@convkit/tensor';
import { assertWhole } from '../plan/shape-checks.js';

/** What shapes {@link sumRows}. */
export type SumRowsAttributes = {
  /** Numbers in a row, at least 1. */
  readonly columns: number;
  /** Slabs of rows into which the sums are cut, at least 1; see `splitsFor`. */
  readonly splits: number;
};

/**
 * Sums of columns: `y[slab, j] = Σ_i x[i, j]` over the rows `i` of a slab of ceil(rows / splits) rows.
 * It is the gradient of every bias (the rows are all places a bias was added to), and it adds the partial sums of other kernels.
 *
 * Input: `x` of any shape, seen as `[rows, columns]`. Output: `[columns]` when `splits` is 1, else `[splits, columns]`; a second launch adds those.
 *
 * @example
 * ```ts
 * import { sumRows } from '@convkit/kernels-gpu';
 * import { openHostDevice } from '@convkit/tensor';
 *
 * const device = openHostDevice();
 * using x = await device.upload([3, 2], Float32Array.of(1, 2, 3, 4, 5, 6), 'x');
 * using sums = await device.run(sumRows, [x], { columns: 2, splits: 1 });
 * console.log((await device.download(sums)).data); // Float32Array(2) [ 9, 12 ]
 * ```
 */
export const sumRows = defKernel<SumRowsAttributes>({
  name: 'sum_rows',
  inputs: ['x'],
  body: function (this: KernelThread, x: View2) {
    let sum = 0;
    for (let i = 0; i < this.constants.slabRows; i++) {
      if (this.thread.z * this.constants.slabRows + i < this.constants.rows) {
        sum += x[this.thread.z * this.constants.slabRows + i][this.thread.x];
      }
    }
    return sum;
  },
  plan: ([x], { columns, splits }) => {
    assertWhole('sum_rows', 'columns', [columns], 1, 1);
    assertWhole('sum_rows', 'splits', [splits], 1, 1);
    const rows = sizeOf(x) / columns;
    if (!Number.isInteger(rows)) {
      throw new ShapeError({
        code: 'SHAPE_MISMATCH',
        message: `sum_rows: x ${formatShape(x)} holds ${sizeOf(x)} numbers, which are no whole rows of ${columns}.`,
        values: { x: formatShape(x), columns: String(columns) },
        help: 'columns should be the last axis of x, or a product of its last axes.',
      });
    }
    return {
      output: splits === 1 ? [columns] : [splits, columns],
      views: [[rows, columns]],
      grid: [splits, 1, columns],
      constants: { rows, slabRows: Math.ceil(rows / splits) },
    };
  },
});
