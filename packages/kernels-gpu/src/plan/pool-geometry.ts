import { ShapeError, formatShape, type Shape } from '@convkit/tensor';
import { assertAxes, assertWhole } from './shape-checks.js';
import { windowPlaces, type Padding, type Pair } from './window.js';

/** What shapes pooling. */
export type PoolAttributes = {
  /** Rows and columns of the window, `[R, S]`. */
  readonly window: Pair;
  /** Pixels from one window to the next: rows, columns; at least 1. */
  readonly stride: Pair;
  /** How far windows may hang over the edges, in pixels: top, right, bottom, left. What lies outside is no part of a window. */
  readonly padding: Padding;
};

/** Sizes of one pooling. */
export interface PoolGeometry {
  readonly output: Shape;
  /** The image as bodies see it: `[N·H][W][C]`. */
  readonly imageView: Shape;
  /** The result, or its gradient, as bodies see it: `[N·P][Q][C]`. */
  readonly outputView: Shape;
  readonly constants: Readonly<Record<'H' | 'W' | 'R' | 'S' | 'P' | 'Q' | 'strideH' | 'strideW' | 'top' | 'left', number>>;
}

/**
 * Checks and measures a pooling of `x` `[N, H, W, C]`.
 *
 * @throws ShapeError `SHAPE_MISMATCH`, also when a window could hold no pixel at all
 * @throws OptionError `OPTION_INVALID`
 */
export function poolGeometry(kernel: string, x: Shape, { window, stride, padding }: PoolAttributes): PoolGeometry {
  assertAxes(kernel, 'x', x, 'N, H, W, C');
  assertWhole(kernel, 'window', window, 2, 1);
  const [N, H, W, C] = x;
  const [R, S] = window;
  const [P, Q] = windowPlaces(kernel, [H, W], window, stride, padding);
  const [top, right, bottom, left] = padding;
  if (top >= R || bottom >= R || left >= S || right >= S) {
    throw new ShapeError({
      code: 'SHAPE_MISMATCH',
      message: `${kernel}: padding ${formatShape(padding)} lets a window of ${formatShape(window)} hold no pixel.`,
      values: { padding: formatShape(padding), window: formatShape(window) },
      help: 'padding (top, right, bottom, left) should be smaller than the window.',
    });
  }
  return {
    output: [N, P, Q, C],
    imageView: [N * H, W, C],
    outputView: [N * P, Q, C],
    constants: { H, W, R, S, P, Q, strideH: stride[0], strideW: stride[1], top, left },
  };
}
