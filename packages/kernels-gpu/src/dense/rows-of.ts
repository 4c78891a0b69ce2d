import { ShapeError, formatShape, sizeOf, type Shape } from '@convkit/tensor';

/** Sees the shape `[N, …]` as `N` rows of `I` numbers. @throws ShapeError `SHAPE_MISMATCH`, which calls the shape by `name` */
export function rowsOf(kernel: string, shape: Shape, name: string): { readonly N: number; readonly I: number } {
  if (shape.length < 2) {
    throw new ShapeError({
      code: 'SHAPE_MISMATCH',
      message: `${kernel}: ${name} must have a batch axis and at least one more.`,
      values: { [name]: formatShape(shape) },
      help: `reshape ${name} to [N, in].`,
    });
  }
  return { N: shape[0], I: sizeOf(shape.slice(1)) };
}
