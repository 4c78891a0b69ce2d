import { OptionError, Tensor } from '@convkit/tensor';

/**
 * Labels as one-hot rows `[N, classes]`.
 *
 * @throws OptionError `OPTION_INVALID` for a label that is no class.
 * @example
 * ```ts
 * import { oneHot } from '@convkit/data-aug';
 *
 * console.log(oneHot([2, 0], 3).data); // Float32Array(6) [ 0, 0, 1, 1, 0, 0 ]
 * ```
 */
export function oneHot(labels: ArrayLike<number>, classes: number): Tensor {
  const rows = Tensor.zeros([labels.length, classes]);
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i];
    if (!(Number.isInteger(label) && label >= 0 && label < classes)) {
      throw new OptionError({ code: 'OPTION_INVALID', message: `oneHot: label ${i} is ${label}, but there are ${classes} classes, from 0 on.` });
    }
    rows.data[i * classes + label] = 1;
  }
  return rows;
}
