import { ConvkitError, type ErrorParts } from '@convkit/tensor';

/**
 * Further updates are in vain. Codes: `TRAINING_DIVERGED`, the loss or the weights are no finite numbers any more; `TRAINING_FLAT`, the loss is that of a guess and stays so.
 */
export class DivergedError extends ConvkitError {
  /** Name of the class, which no bundler changes. */
  override readonly name = 'DivergedError';
  /** The update that showed it, and the place of its batch, which the batch source gives again; undefined where the weights showed it. */
  readonly place:
    | {
        /** Number of the update: the first is 1. */
        readonly step: number;
        /** From 0. */
        readonly epoch: number;
        /** Place in the epoch, from 0. */
        readonly batch: number;
      }
    | undefined;

  /**
   * @param place Where it showed.
   * @param parts As of any ConvkitError.
   */
  constructor(place: DivergedError['place'], parts: ErrorParts) {
    super(parts);
    this.place = place;
  }
}
