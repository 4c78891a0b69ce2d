import { DivergedError } from './diverged-error.js';

/** Part of a guess's loss that a flat loss has not fallen below. */
const nearChance = 0.98;
/** Part by which the loss must fall from one window to the next. */
const leastFall = 1e-3;

/**
 * Notices a network that learns nothing: over two windows in a row the mean loss is that of a guess among all classes, `ln classes`, or worse, and the second is no more than 0.1 % below the first.
 * Windows begin with the first update it is told of, and are over after so many updates.
 *
 * @internal
 */
export class FlatLoss {
  readonly #updates: number;
  #before: number | undefined;
  #sum = 0;
  #count = 0;

  constructor(updates: number) {
    this.#updates = updates;
  }

  /** @throws DivergedError `TRAINING_FLAT` */
  read(place: { readonly step: number; readonly epoch: number; readonly batch: number }, loss: number, classes: number): void {
    this.#sum += loss;
    if (++this.#count < this.#updates) return;
    const mean = this.#sum / this.#count;
    const flat = this.#before !== undefined && mean >= nearChance * Math.log(classes) && mean > (1 - leastFall) * this.#before;
    if (flat) {
      throw new DivergedError(place, {
        code: 'TRAINING_FLAT',
        message: `the network does not learn: over the last ${2 * this.#updates} updates up to step ${place.step} the loss stayed at ${mean.toFixed(4)}, as of a guess among ${classes} classes.`,
        help: 'change the learning rate or the first weights; biases of 1 in front of a ReLU are known for this, 0.1 helps (recipe caffe-alexnet).',
      });
    }
    this.#before = mean;
    this.#sum = 0;
    this.#count = 0;
  }
}
