import { ShapeError, formatShape, type Shape } from '@convkit/tensor';
import { assertAxes, assertWhole } from '../plan/shape-checks.js';

/** What shapes local response normalisation: the window, and the numbers of `scale = k + alpha · Σ x²` and `y = x · scale^-beta`. */
export type LrnAttributes = {
  /** Channels in a window; of an even size the longer arm points up. */
  readonly size: number;
  /** Factor of the sum of squares, the effective one: PyTorch, Caffe and ONNX divide theirs by `size`; so did the code of 2012 (1e-4 / 5 = 2e-5), though its paper does not say so. */
  readonly alpha: number;
  /** Exponent. */
  readonly beta: number;
  /** Constant added to the sum. */
  readonly k: number;
  /** Parts of the channels that are normalised each by itself, as each of the two columns of 2012 was. Default 1. */
  readonly groups?: number;
};

/** How the bodies see images, pixel by pixel and group by group, and their windows: `before` channels down and `after` up. Of an even size the longer arm points up, as in ONNX. */
export interface LrnGeometry {
  /** `[N·H][W·G][C]`. */
  readonly view: Shape;
  readonly constants: Readonly<Record<'C' | 'size' | 'before' | 'after', number>>;
}

/**
 * Checks and measures a normalisation of `x` `[N, H, W, C·G]`.
 *
 * @throws ShapeError `SHAPE_MISMATCH`
 * @throws OptionError `OPTION_INVALID`
 */
export function lrnGeometry(kernel: string, x: Shape, { size, groups = 1 }: LrnAttributes): LrnGeometry {
  assertAxes(kernel, 'x', x, 'N, H, W, C');
  assertWhole(kernel, 'size', [size], 1, 1);
  assertWhole(kernel, 'groups', [groups], 1, 1);
  const [N, H, W, channels] = x;
  if (channels % groups !== 0) {
    throw new ShapeError({
      code: 'SHAPE_MISMATCH',
      message: `${kernel}: x has ${channels} channels, which cannot be divided into ${groups} groups.`,
      values: { x: formatShape(x) },
      help: `groups should divide ${channels}.`,
    });
  }
  const C = channels / groups;
  return { view: [N * H, W * groups, C], constants: { C, size, before: Math.floor((size - 1) / 2), after: Math.ceil((size - 1) / 2) } };
}
