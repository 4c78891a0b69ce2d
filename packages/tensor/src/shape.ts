import { ShapeError } from './errors.js';

/** Sizes of the axes, outermost first; `[]` is a scalar. The last axis is contiguous in memory. */
export type Shape = readonly number[];

/** How many elements a tensor of this shape holds; 1 for a scalar. */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (const axis of shape) size *= axis;
  return size;
}

/** `[2, 3]` as text, for messages. */
export function formatShape(shape: Shape): string {
  return `[${shape.join(', ')}]`;
}

/** Whether two shapes are the same, axis by axis. */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((axis, i) => axis === b[i]);
}

/**
 * Checks that every axis is a positive whole number.
 * @throws ShapeError `SHAPE_INVALID`
 */
export function assertShape(shape: Shape, owner: string): void {
  for (const axis of shape) {
    if (!Number.isSafeInteger(axis) || axis < 1) {
      throw new ShapeError({
        code: 'SHAPE_INVALID',
        message: `${owner}: every axis must be a whole number of at least 1.`,
        values: { shape: formatShape(shape) },
      });
    }
  }
}
