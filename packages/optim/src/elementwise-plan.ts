import { ShapeError, formatShape, sameShape, sizeOf, type Shape } from '@convkit/tensor';

/** One thread for each number; all inputs of one shape. @throws ShapeError `SHAPE_MISMATCH` */
export function elementwisePlan(kernel: string, names: readonly string[], shapes: readonly Shape[]) {
  const [shape] = shapes;
  if (!shapes.every((other) => sameShape(other, shape))) {
    throw new ShapeError({
      code: 'SHAPE_MISMATCH',
      message: `${kernel}: all tensors must have one shape.`,
      values: Object.fromEntries(shapes.map((other, i) => [names[i], formatShape(other)])),
    });
  }
  const size = sizeOf(shape);
  return { output: shape, views: shapes.map(() => [size]), grid: [size], constants: {} };
}
