import { Tensor } from '@convkit/tensor';
import type { TrainingBatch } from './batch-source.js';

/** Some samples of a batch, in a row. */
export interface BatchPart extends TrainingBatch {
  /** Place of the first of them in the batch. */
  readonly firstRow: number;
}

/** A batch in parts of so many samples, the last with what is left. The numbers are not copied. */
export function cutBatch({ x, targets }: TrainingBatch, size: number): readonly BatchPart[] {
  const [samples] = x.shape;
  return Array.from({ length: Math.ceil(samples / size) }, (_, i) => {
    const [firstRow, end] = [i * size, Math.min((i + 1) * size, samples)];
    return { x: rowsOf(x, firstRow, end), targets: rowsOf(targets, firstRow, end), firstRow };
  });
}

function rowsOf({ shape, data }: Tensor, first: number, end: number): Tensor {
  const row = data.length / shape[0];
  return new Tensor([end - first, ...shape.slice(1)], data.subarray(first * row, end * row));
}
