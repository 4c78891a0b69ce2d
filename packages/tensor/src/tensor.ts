import { ShapeError } from './errors.js';
import { assertShape, formatShape, sizeOf, type Shape } from './shape.js';

/**
 * Host data: a shape and the numbers, row-major with the last axis contiguous. Garbage collected like any object.
 *
 * @example
 * ```ts
 * import { Tensor } from '@convkit/tensor';
 *
 * const x = new Tensor([2, 3], new Float32Array([1, 2, 3, 4, 5, 6]));
 * console.log(x.size); // 6
 * ```
 */
export class Tensor {
  /** Sizes of the axes, outermost first. */
  readonly shape: Shape;
  /** The numbers, the last axis contiguous; the tensor's own memory, not a copy. */
  readonly data: Float32Array;

  /** @throws ShapeError `SHAPE_MISMATCH` if `data` does not hold as many numbers as `shape` says. */
  constructor(shape: Shape, data: Float32Array) {
    assertShape(shape, 'tensor');
    if (sizeOf(shape) !== data.length) {
      throw new ShapeError({
        code: 'SHAPE_MISMATCH',
        message: `tensor: shape ${formatShape(shape)} holds ${sizeOf(shape)} numbers, but ${data.length} were given.`,
      });
    }
    this.shape = [...shape];
    this.data = data;
  }

  /** A tensor of zeros. */
  static zeros(shape: Shape): Tensor {
    assertShape(shape, 'tensor');
    return new Tensor(shape, new Float32Array(sizeOf(shape)));
  }

  /** A tensor from ordinary numbers. */
  static from(shape: Shape, values: Iterable<number>): Tensor {
    return new Tensor(shape, Float32Array.from(values));
  }

  /** Number of elements. */
  get size(): number {
    return this.data.length;
  }
}
