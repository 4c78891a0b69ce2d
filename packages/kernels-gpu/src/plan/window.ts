import { ShapeError, formatShape } from '@convkit/tensor';
import { outputSize } from './output-size.js';
import { assertWhole } from './shape-checks.js';

/** Height and width. */
export type Pair = readonly [height: number, width: number];
/** Rows and columns added around an image. */
export type Padding = readonly [top: number, right: number, bottom: number, left: number];

/**
 * How many places a window takes on an image, `[P, Q]`.
 *
 * @throws OptionError `OPTION_INVALID` when a stride or a padding is no such thing.
 * @throws ShapeError `SHAPE_MISMATCH` when the padded image is smaller than the window.
 */
export function windowPlaces(kernel: string, image: Pair, window: Pair, stride: Pair, padding: Padding): Pair {
  assertWhole(kernel, 'stride', stride, 2, 1);
  assertWhole(kernel, 'padding', padding, 4, 0);
  const [top, right, bottom, left] = padding;
  const P = outputSize(image[0], window[0], stride[0], top, bottom);
  const Q = outputSize(image[1], window[1], stride[1], left, right);
  if (P < 1 || Q < 1) {
    const padded = [image[0] + top + bottom, image[1] + left + right];
    throw new ShapeError({
      code: 'SHAPE_MISMATCH',
      message: `${kernel}: a window of ${formatShape(window)} does not fit into the padded image of ${formatShape(padded)}.`,
      values: { image: formatShape(image), padding: formatShape(padding), window: formatShape(window) },
      help: 'use a larger image, more padding or a smaller window.',
    });
  }
  return [P, Q];
}
