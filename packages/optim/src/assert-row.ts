import { ShapeError, formatShape, type Shape } from '@convkit/tensor';

/** @throws ShapeError `SHAPE_MISMATCH` when a tensor has not one axis. */
export function assertRow(kernel: string, name: string, shape: Shape): void {
  if (shape.length !== 1) throw new ShapeError({ code: 'SHAPE_MISMATCH', message: `${kernel}: ${name} is ${formatShape(shape)}, but must have one axis.` });
}
