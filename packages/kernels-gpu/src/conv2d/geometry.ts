import { ShapeError, formatShape, type Shape } from '@convkit/tensor';
import { assertAxes, assertWhole } from '../plan/shape-checks.js';
import { windowPlaces, type Padding, type Pair } from '../plan/window.js';

/** What shapes a two-dimensional convolution. */
export type Conv2dAttributes = {
  /** Pixels from one window to the next: rows, columns; at least 1. */
  readonly stride: Pair;
  /** Zeros around the image, in pixels: top, right, bottom, left. */
  readonly padding: Padding;
  /** Parts into which input and output channels are cut, at least 1; each output part reads its own input part only. */
  readonly groups: number;
};

/** Sizes of one convolution. `C` and `K` are channels of one group, as in the bodies. */
export interface Conv2dGeometry {
  readonly output: Shape;
  /** The image as bodies see it: `[N·H][W·G][C]`. */
  readonly imageView: Shape;
  /** The weights as bodies see them: `[R·S][C·G][K]`. */
  readonly weightView: Shape;
  /** The result, or its gradient, as bodies see it: `[N·P][Q·G][K]`. */
  readonly outputView: Shape;
  readonly constants: Readonly<Record<'N' | 'H' | 'W' | 'C' | 'R' | 'S' | 'K' | 'G' | 'P' | 'Q' | 'strideH' | 'strideW' | 'top' | 'left', number>>;
}

/**
 * Checks and measures a convolution of `x` `[N, H, W, C]` with `weight` `[R, S, C/G, K]`.
 *
 * @throws ShapeError `SHAPE_MISMATCH`
 * @throws OptionError `OPTION_INVALID`
 */
export function conv2dGeometry(kernel: string, x: Shape, weight: Shape, attributes: Conv2dAttributes): Conv2dGeometry {
  assertAxes(kernel, 'x', x, 'N, H, W, C');
  assertAxes(kernel, 'weight', weight, 'R, S, C/G, K');
  const { stride, padding, groups: G } = attributes;
  assertWhole(kernel, 'groups', [G], 1, 1);
  const [N, H, W, channels] = x;
  const [R, S, C, outputs] = weight;
  if (channels !== C * G) {
    throw new ShapeError({
      code: 'SHAPE_MISMATCH',
      message: `${kernel}: x has ${channels} channels, but weight ${formatShape(weight)} with groups ${G} reads ${C * G}.`,
      values: { x: formatShape(x), weight: formatShape(weight) },
      help: cureOfChannels(channels, weight, G),
    });
  }
  if (outputs % G !== 0) {
    throw new ShapeError({
      code: 'SHAPE_MISMATCH',
      message: `${kernel}: weight has ${outputs} output channels, which groups ${G} does not divide.`,
      values: { weight: formatShape(weight) },
      help: `groups should divide ${outputs}.`,
    });
  }
  const [P, Q] = windowPlaces(kernel, [H, W], [R, S], stride, padding);
  const K = outputs / G;
  return {
    output: [N, P, Q, outputs],
    imageView: [N * H, W * G, C],
    weightView: [R * S, C * G, K],
    outputView: [N * P, Q * G, K],
    constants: { N, H, W, C, R, S, K, G, P, Q, strideH: stride[0], strideW: stride[1], top: padding[0], left: padding[3] },
  };
}

function cureOfChannels(channels: number, [R, S, C, outputs]: Shape, G: number): string {
  const groups = channels / C;
  const cures = [
    ...(channels % G === 0 ? [`weight should be ${formatShape([R, S, channels / G, outputs])}`] : []),
    ...(Number.isInteger(groups) && outputs % groups === 0 ? [`groups should be ${groups}`] : []),
  ];
  return cures.length === 0 ? `groups should divide ${channels}.` : `${cures.join(', or ')}.`;
}
