import type { Shape } from '@convkit/tensor';
import { assertAxes } from '../plan/shape-checks.js';
import { windowPlaces, type Padding, type Pair } from '../plan/window.js';

/** What shapes a locally connected convolution. */
export type LocallyConnectedAttributes = {
  /** Pixels from one window to the next: rows, columns; at least 1. */
  readonly stride: Pair;
  /** Zeros around the image, in pixels: top, right, bottom, left. */
  readonly padding: Padding;
};

/** Sizes of one locally connected convolution. */
export interface LocallyConnectedGeometry {
  readonly output: Shape;
  readonly weight: Shape;
  readonly bias: Shape;
  /** The image as bodies see it: `[N·H][W][C]`. */
  readonly imageView: Shape;
  /** The weights as bodies see them, or their gradient: `[P·Q][R·S·C][K]`. */
  readonly weightView: Shape;
  /** The result, or its gradient, as bodies see it: `[N·P][Q][K]`. */
  readonly outputView: Shape;
  readonly constants: Readonly<Record<'N' | 'H' | 'W' | 'C' | 'R' | 'S' | 'K' | 'P' | 'Q' | 'strideH' | 'strideW' | 'top' | 'left', number>>;
}

/**
 * Measures a locally connected convolution of `x` `[N, H, W, C]` with filters of `R` by `S` pixels to `K` channels.
 *
 * @throws ShapeError `SHAPE_MISMATCH`
 * @throws OptionError `OPTION_INVALID`
 */
export function locallyConnectedGeometry(kernel: string, x: Shape, [R, S]: Pair, K: number, { stride, padding }: LocallyConnectedAttributes): LocallyConnectedGeometry {
  assertAxes(kernel, 'x', x, 'N, H, W, C');
  const [N, H, W, C] = x;
  const [P, Q] = windowPlaces(kernel, [H, W], [R, S], stride, padding);
  return {
    output: [N, P, Q, K],
    weight: [P, Q, R, S, C, K],
    bias: [P, Q, K],
    imageView: [N * H, W, C],
    weightView: [P * Q, R * S * C, K],
    outputView: [N * P, Q, K],
    constants: { N, H, W, C, R, S, K, P, Q, strideH: stride[0], strideW: stride[1], top: padding[0], left: padding[3] },
  };
}
