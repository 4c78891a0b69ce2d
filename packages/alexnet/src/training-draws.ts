import { augment, type Drawn } from '@convkit/data-aug';
import type { Dataset } from '@convkit/datasets';
import { trainingSteps } from './network-inputs.js';
import type { Preparation } from './recipe-data.js';
import { rowPlaces } from './row-places.js';

/** A row of a training batch, in words: which image it shows, and what was drawn for it. */
export interface RowDraws {
  /** Index in the data set. */
  readonly item: number;
  /** Index of its class. */
  readonly label: number;
  /** See `replay` of `@convkit/data-aug`. */
  readonly drawn: readonly Drawn[];
}

/**
 * What {@link trainingBatches} draws for the rows of a batch, told instead of done: for whoever wants to see how a run sees its images.
 *
 * @param data Of {@link prepareTrainingDataset}.
 * @param batch Images in a batch.
 * @throws OptionError `OPTION_INVALID` if the data have fewer images than a batch.
 */
export async function trainingDraws(data: Dataset, { recipe, format, statistics }: Preparation, batch: number, seed: number, epoch: number, index: number): Promise<readonly RowDraws[]> {
  const steps = trainingSteps(recipe, format, statistics, epoch);
  return await Promise.all(
    rowPlaces(recipe, data.length, batch, seed)
      .of(epoch, index, 0, batch)
      .map(async ({ item, place, colour }) => {
        const { image, label } = await data.item(item);
        const placed = augment(image, steps.place, place);
        return { item, label, drawn: [...placed.drawn, ...augment(placed.image, steps.colour, colour).drawn] };
      }),
  );
}
