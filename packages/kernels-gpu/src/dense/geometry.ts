import { ShapeError, formatShape, sizeOf, type Shape } from '@convkit/tensor';
import { assertAxes } from '../plan/shape-checks.js';

/** Sizes of a dense layer: `N` rows, `I` inputs, `O` outputs. */
export interface DenseGeometry {
  readonly N: number;
  readonly I: number;
  readonly O: number;
}

/**
 * Checks and measures a product of `x` `[N, …]`, seen as `[N, I]`, with `weight` `[I, O]`. Messages call `x` by `name`.
 *
 * @throws ShapeError `SHAPE_MISMATCH`
 */
export function denseGeometry(kernel: string, x: Shape, weight: Shape, name = 'x'): DenseGeometry {
  assertAxes(kernel, 'weight', weight, 'in, out');
  const { N, I } = rowsOf(kernel, x, name);
  if (I !== weight[0]) {
    throw new ShapeError({
      code: 'SHAPE_MISMATCH',
      message: `${kernel}: ${name} has ${I} numbers a row, but weight ${formatShape(weight)} reads ${weight[0]}.`,
      values: { [name]: formatShape(x), weight: formatShape(weight) },
      help: `weight should be ${formatShape([I, weight[1]])}.`,
    });
  }
  return { N, I, O: weight[1] };
}

/** Sees `x` `[N, …]` as `N` rows of `I` numbers. @throws ShapeError `SHAPE_MISMATCH` */
export function rowsOf(kernel: string, x: Shape, name = 'x'): { readonly N: number; readonly I: number } {
  if (x.length < 2) {
    throw new ShapeError({
      code: 'SHAPE_MISMATCH',
      message: `${kernel}: ${name} must have a batch axis and at least one more.`,
      values: { [name]: formatShape(x) },
      help: `reshape ${name} to [N, in].`,
    });
  }
  return { N: x[0], I: sizeOf(x.slice(1)) };
}
