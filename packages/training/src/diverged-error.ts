import { ConvkitError, type ErrorParts } from '@convkit/tensor';

/**
 * Further updates are in vain. Codes: `TRAINING_DIVERGED`, the loss or the weights are no finite numbers any more; `TRAINING_FLAT`, the loss is that of a guess and stays so.
 */
export class DivergedError extends ConvkitError {
  override readonly name = 'DivergedError';
  /** The update that showed it, and the place of its batch (epoch and batch from 0), which the batch source gives again; undefined where the weights showed it. */
  readonly place: { readonly step: number; readonly epoch: number; readonly batch: number } | undefined;

  /**
   * @param place Where it showed.
   * @param parts As of any ConvkitError.
   */
  constructor(place: DivergedError['place'], parts: ErrorParts) {
    super(parts);
    this.place = place;
  }
}
