import { Sampler } from '@convkit/datasets';
import { RandomStream, type RandomDraws } from '@convkit/tensor';
import type { Recipe } from './recipe.js';

/** What decides a row of a training batch, beside the image itself. */
interface RowPlace {
  /** Index of the image in the data set. */
  readonly item: number;
  /** Draws of crop and mirror image. */
  readonly place: RandomDraws;
  /** Draws of the colour noise. */
  readonly colour: RandomDraws;
}

/** Says for every batch of a run which images it shows and from where each takes its chances. */
export interface RowPlaces {
  readonly batchesPerEpoch: number;
  /** The places of some rows of a batch: from `first` to before `last`. */
  of(epoch: number, index: number, first: number, last: number): readonly RowPlace[];
}

/**
 * The places of all rows: functions of seed, epoch and index alone.
 *
 * @param length Images of the data set.
 * @param batch Images in a batch.
 * @throws OptionError `OPTION_INVALID` if there are fewer images than a batch.
 */
export function rowPlaces({ data: { imagesPerDraw, order } }: Recipe, length: number, batch: number, seed: number): RowPlaces {
  const sampler = new Sampler({ length, batch, seed, reshuffle: order === 'each-epoch' });
  const placeDraws = new RandomStream(seed, 'augment');
  const colourDraws = new RandomStream(seed, 'colour noise');
  const { batchesPerEpoch } = sampler;
  return {
    batchesPerEpoch,
    of(epoch, index, first, last) {
      const { indices } = sampler.at(epoch * batchesPerEpoch + index);
      return Array.from(indices.subarray(first, last), (item, i) => {
        const row = first + i;
        // Images that share a draw take that of the first of them.
        return { item, place: placeDraws.at(epoch, indices[row - (row % imagesPerDraw)]), colour: colourDraws.at(epoch, item) };
      });
    },
  };
}
