import type { RowSource } from '@convkit/datasets';
import { limitEvaluation, type EvaluationSource } from '@convkit/training';
import { Tensor } from '@convkit/tensor';
import { limitedTo, type RunLimits } from './run-limits.js';

/**
 * The training rows that a run's limits leave. Rows are limited, and not batches, so that the threads of a loader, which make batches ahead, know what comes next.
 * With `overfitBatches` the first batches of epoch 0 come again and again, and an epoch stays as long as it was.
 */
export function limitRows(rows: RowSource, { trainBatches, overfitBatches }: RunLimits): RowSource {
  const { batchesPerEpoch, batch, rowShape, classes } = rows;
  return {
    batchesPerEpoch: trainBatches === undefined ? batchesPerEpoch : limitedTo(trainBatches, batchesPerEpoch),
    batch,
    rowShape,
    classes,
    rows: (epoch, index, first, last, into) => (overfitBatches === undefined ? rows.rows(epoch, index, first, last, into) : rows.rows(0, index % overfitBatches, first, last, into)),
  };
}

/** What a run is judged by within its limits: some of the test batches, or the very batches that it overfits, as it is shown them. @param rows Of {@link limitRows}. */
export function limitJudgement(all: EvaluationSource, rows: RowSource, { evalBatches, overfitBatches }: RunLimits): EvaluationSource {
  if (evalBatches !== undefined) return limitEvaluation(all, limitedTo(evalBatches, all.batches));
  if (overfitBatches === undefined) return all;
  const batches = limitedTo(overfitBatches, rows.batchesPerEpoch);
  return {
    images: batches * rows.batch,
    batches,
    views: 1,
    async batch(index) {
      const x = Tensor.zeros([rows.batch, ...rows.rowShape]);
      return { x, labels: await rows.rows(0, index, 0, rows.batch, x.data) };
    },
  };
}
