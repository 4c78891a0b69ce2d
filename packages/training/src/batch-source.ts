import type { Tensor } from '@convkit/tensor';

/** What one training step reads. */
export interface TrainingBatch {
  /** Images `[N, H, W, C]`, or features `[N, F]`. */
  readonly x: Tensor;
  /** One row for each sample, `[N, classes]`: one-hot, or probabilities. */
  readonly targets: Tensor;
}

/**
 * Where training batches come from. A batch is a function of its place, so a run may begin anywhere. All batches have one shape.
 * They are asked for in order, each once the one before it is there; when a batch is asked for, that before the last one is not read any more, so its memory may be used again.
 */
export interface BatchSource {
  /** Batches in an epoch, at least 1. */
  readonly batchesPerEpoch: number;
  /**
   * The batch at a place of the run; the same place gives the same batch.
   *
   * @param epoch From 0.
   * @param index Place in the epoch, from 0 to `batchesPerEpoch - 1`.
   */
  batch(epoch: number, index: number): Promise<TrainingBatch>;
}

/** The same source, which already makes the next batch while the device works on the one before. */
export function lookAhead(source: BatchSource): BatchSource {
  let held: { readonly place: string; readonly batch: Promise<TrainingBatch> } | undefined;
  const { batchesPerEpoch } = source;
  return {
    batchesPerEpoch,
    batch(epoch, index) {
      const batch = held?.place === `${epoch} ${index}` ? held.batch : source.batch(epoch, index);
      const [nextEpoch, nextIndex] = index + 1 < batchesPerEpoch ? [epoch, index + 1] : [epoch + 1, 0];
      // Begun when this one is there, so that only one batch is in the making; its error is for whoever asks for it.
      const next = batch.then(() => source.batch(nextEpoch, nextIndex));
      next.catch(() => undefined);
      held = { place: `${nextEpoch} ${nextIndex}`, batch: next };
      return batch;
    },
  };
}
