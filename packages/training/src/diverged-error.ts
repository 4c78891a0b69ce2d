import { ConvkitError } from '@convkit/tensor';

/** The loss or the weights are no finite numbers any more, so that further updates are in vain. Code: `TRAINING_DIVERGED`. */
export class DivergedError extends ConvkitError {
  override readonly name = 'DivergedError';
}
