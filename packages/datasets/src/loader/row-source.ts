import { oneHot } from '@convkit/data-aug';
import { OptionError, Tensor } from '@convkit/tensor';

/**
 * Makes batches row by row: a row is an image as the network gets it. Each depends on its place alone (epoch, batch, row), so whoever makes it, and in whatever pieces, the batch is the same.
 */
export interface RowSource {
  /** Batches in an epoch, at least 1. */
  readonly batchesPerEpoch: number;
  /** Rows in a batch. */
  readonly batch: number;
  /** Shape of a row, such as `[H, W, C]`. */
  readonly rowShape: readonly number[];
  /** How many classes there are: labels go from 0 to one less. */
  readonly classes: number;
  /**
   * Makes some rows of the batch at a place.
   *
   * @param epoch From 0.
   * @param index Place in the epoch, from 0.
   * @param first Row of the batch to begin with.
   * @param last Row before which to end.
   * @param into Takes the rows; of exactly their size.
   * @returns Their labels.
   */
  rows(epoch: number, index: number, first: number, last: number, into: Float32Array): Promise<readonly number[]>;
}

/** Batches for a training loop: a `BatchSource` of `@convkit/training`. */
export interface Batches {
  /** Batches in an epoch, at least 1. */
  readonly batchesPerEpoch: number;
  /** The batch at a place, epoch and index from 0; the same place gives the same batch. */
  batch(epoch: number, index: number): Promise<{
    /** Images, `[batch, …rowShape]`. */
    readonly x: Tensor;
    /** One row for each image, one-hot, `[batch, classes]`. */
    readonly targets: Tensor;
  }>;
}

/**
 * Whole batches of a row source, made by this thread when they are asked for. `openLoader` has them made by others, ahead.
 *
 * @example
 * ```ts
 * import { batchesOf } from '@convkit/datasets';
 *
 * const places = {
 *   batchesPerEpoch: 5, batch: 2, rowShape: [1], classes: 3,
 *   async rows(epoch: number, index: number, first: number, last: number, into: Float32Array) {
 *     for (let row = first; row < last; row++) into[row - first] = 100 * epoch + 10 * index + row;
 *     return Array.from(into, (value) => value % 3);
 *   },
 * };
 * console.log((await batchesOf(places).batch(1, 4)).x.data); // Float32Array(2) [ 140, 141 ]
 * ```
 */
export function batchesOf(source: RowSource): Batches {
  const { batchesPerEpoch, batch, rowShape, classes } = source;
  return {
    batchesPerEpoch,
    async batch(epoch, index) {
      const x = Tensor.zeros([batch, ...rowShape]);
      return { x, targets: oneHot(await source.rows(epoch, index, 0, batch, x.data), classes) };
    },
  };
}

/** @throws OptionError `OPTION_INVALID` if `value` is no whole number from `least` on. */
export function assertWhole(owner: string, name: string, value: number, least: number): void {
  if (Number.isSafeInteger(value) && value >= least) return;
  throw new OptionError({ code: 'OPTION_INVALID', message: `${owner}: ${name} is ${value}, but must be a whole number of at least ${least}.` });
}
