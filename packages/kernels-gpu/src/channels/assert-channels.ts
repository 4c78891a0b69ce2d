import { ShapeError, formatShape, type Shape } from '@convkit/tensor';

/** Takes a shape apart into all axes but the last, and the last. @throws ShapeError `SHAPE_MISMATCH` for a scalar, which has none */
export function assertChannels(kernel: string, input: string, shape: Shape): readonly [others: Shape, channels: number] {
  if (shape.length === 0) {
    throw new ShapeError({
      code: 'SHAPE_MISMATCH',
      message: `${kernel}: ${input} is a scalar, but must have at least one axis.`,
      values: { [input]: formatShape(shape) },
      help: `reshape ${input} to [1].`,
    });
  }
  return [shape.slice(0, -1), shape[shape.length - 1]];
}
