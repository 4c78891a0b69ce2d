import { ShapeError, defKernel, formatShape, sizeOf, type KernelThread, type View3 } from '@convkit/tensor';
import { foldRows } from '../plan/fold-rows.js';

/**
 * Swaps the last two axes: `y[…, j, i] = x[…, i, j]`.
 * The gradients by the input read weights this way round, because there neighbouring results need neighbouring weights: that is one vector load instead of four single ones.
 *
 * Input: `x` `[…, rows, columns]`. Output `[…, columns, rows]`.
 *
 * @example
 * ```ts
 * import { transpose } from '@convkit/kernels-gpu';
 * import { openHostDevice } from '@convkit/tensor';
 *
 * const device = openHostDevice();
 * using x = await device.upload([2, 3], Float32Array.of(1, 2, 3, 4, 5, 6), 'x');
 * using y = await device.run(transpose, [x], {});
 * console.log(y.shape, (await device.download(y)).data); // [ 3, 2 ] Float32Array(6) [ 1, 4, 2, 5, 3, 6 ]
 * ```
 */
export const transpose = defKernel({
  name: 'transpose',
  inputs: ['x'],
  body: function (this: KernelThread, x: View3) {
    const plane = Math.floor((this.thread.z + 0.5) / this.constants.folds);
    const column = (this.thread.z - plane * this.constants.folds) * this.constants.foldColumns + this.thread.y;
    return x[plane][this.thread.x][column];
  },
  plan: ([x]) => {
    if (x.length < 2) {
      throw new ShapeError({
        code: 'SHAPE_MISMATCH',
        message: 'transpose: x must have at least two axes.',
        values: { x: formatShape(x) },
        help: 'reshape x to [rows, columns].',
      });
    }
    const [rows, columns] = x.slice(-2);
    const others = x.slice(0, -2);
    const [folds, foldColumns] = foldRows(columns, rows);
    return {
      output: [...others, columns, rows],
      views: [[sizeOf(others), rows, columns]],
      grid: [sizeOf(others) * folds, foldColumns, rows],
      constants: { folds, foldColumns },
    };
  },
});
