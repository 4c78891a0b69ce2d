import type { Shape } from '@convkit/tensor';
import { assertAxes, assertWhole } from '../plan/shape-checks.js';

/**
 * What shapes local response normalisation: `size` channels in a window, and the numbers of `scale = k + alpha · Σ x²` and `y = x · scale^-beta`.
 * `alpha` is the effective one. PyTorch, Caffe and ONNX divide theirs by `size`; so did the code of 2012 (1e-4 / 5 = 2e-5), though its paper does not say so.
 */
export type LrnAttributes = {
  readonly size: number;
  readonly alpha: number;
  readonly beta: number;
  readonly k: number;
};

/** How the bodies see images, and their windows: `before` channels down and `after` up. Of an even size the longer arm points up, as in ONNX. */
export interface LrnGeometry {
  /** `[N·H][W][C]`. */
  readonly view: Shape;
  readonly constants: Readonly<Record<'C' | 'size' | 'before' | 'after', number>>;
}

/**
 * Checks and measures a normalisation of `x` `[N, H, W, C]`.
 *
 * @throws ShapeError `SHAPE_MISMATCH`
 * @throws OptionError `OPTION_INVALID`
 */
export function lrnGeometry(kernel: string, x: Shape, size: number): LrnGeometry {
  assertAxes(kernel, 'x', x, 'N, H, W, C');
  assertWhole(kernel, 'size', [size], 1, 1);
  const [N, H, W, C] = x;
  return { view: [N * H, W, C], constants: { C, size, before: Math.floor((size - 1) / 2), after: Math.ceil((size - 1) / 2) } };
}
