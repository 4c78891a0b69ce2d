import { OptionError, type Shape } from '@convkit/tensor';
import { assertAxes, assertWhole } from '../plan/shape-checks.js';

/** What shapes local response normalisation within a channel: the window, and the numbers of `scale = k + alpha · Σ x²` and `y = x · scale^-beta`. */
export type LrnWithinChannelAttributes = {
  /** Rows and columns of the window, an odd number, the pixel itself in the middle. */
  readonly size: number;
  /** Factor of the sum of squares, the effective one: cuda-convnet (`rnorm`) and Caffe (`WITHIN_CHANNEL`) divide theirs by `size²`. */
  readonly alpha: number;
  /** Exponent. */
  readonly beta: number;
  /** Constant added to the sum; 1 in cuda-convnet and Caffe. */
  readonly k: number;
};

/** How the bodies see images, `[N·H][W][C]`, and how many pixels a window reaches to each side. */
export interface LrnWithinChannelGeometry {
  readonly view: Shape;
  readonly constants: Readonly<Record<'H' | 'W' | 'size' | 'reach', number>>;
}

/**
 * Checks and measures a normalisation of `x` `[N, H, W, C]`.
 *
 * @throws ShapeError `SHAPE_MISMATCH`
 * @throws OptionError `OPTION_INVALID`
 */
export function lrnWithinChannelGeometry(kernel: string, x: Shape, { size }: LrnWithinChannelAttributes): LrnWithinChannelGeometry {
  assertAxes(kernel, 'x', x, 'N, H, W, C');
  assertWhole(kernel, 'size', [size], 1, 1);
  if (size % 2 === 0) throw new OptionError({ code: 'OPTION_INVALID', message: `${kernel}: size is ${size}, but must be odd.` });
  const [N, H, W, C] = x;
  return { view: [N * H, W, C], constants: { H, W, size, reach: (size - 1) / 2 } };
}
