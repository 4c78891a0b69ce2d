import { prepareTrainingDataset, trainingRows, type Preparation } from '@convkit/alexnet';
import { skipUnreadable, type RowSource, type UnreadableExample } from '@convkit/datasets';
import { openData } from '../data.js';
import { limitRows } from '../limits/limit-rows.js';
import type { RunLimits } from '../limits/run-limits.js';

/** What a worker makes training batches of: plain data. */
export interface TrainingJob {
  /** A resolved description. */
  readonly data: string;
  readonly preparation: Preparation;
  readonly batch: number;
  readonly seed: number;
  /** Whether an image that cannot be read is an error. */
  readonly strict: boolean;
  readonly limits: RunLimits;
}

/** The rows of a job, its data opened anew. */
export async function openTrainingRows({ data, preparation, batch, seed, strict, limits }: TrainingJob, onSkip: (example: UnreadableExample) => void): Promise<RowSource> {
  // What is passed over was told when the run was planned.
  const { train } = await openData(data, strict ? undefined : () => undefined);
  const images = prepareTrainingDataset(strict ? train : skipUnreadable(train, { onSkip }), preparation.recipe, preparation.format);
  return limitRows(trainingRows(images, preparation, batch, seed), limits);
}
