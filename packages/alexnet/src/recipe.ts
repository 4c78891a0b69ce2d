import { sgd, stepRate, type Optimiser, type Schedule } from '@convkit/optim';

/** How a network is trained and judged, as plain data: it can be printed, stored beside a run, sent, spread and changed. */
export interface Recipe {
  readonly name: string;
  /** Name of the network it is made for. */
  readonly network: string;
  /**
   * Least and largest side, in pixels, of the square images it works on. Images of a data set whose side lies between stay as they are;
   * all others are brought to the largest.
   */
  readonly sizes: readonly [least: number, largest: number];
  /** Channels of the images; absent: as many as the data have. */
  readonly channels?: 1 | 3;
  /** Pixels by which the network's input is smaller than the image. The room is for random crops in training and for the views in evaluation. */
  readonly border: number;
  /** What is subtracted from the pixels: a mean for each channel, or a mean image, both over the training images. */
  readonly mean: 'channels' | 'image';
  /** Whether pixels are divided by the deviation of their channel afterwards; otherwise they stay on the scale of 0 to 255. */
  readonly unitDeviation: boolean;
  /** Probability of a mirror image in training. */
  readonly flip: number;
  /** Colour noise in training: its strength as a part of the data's own deviations, and what every training pixel is divided by. Absent: none. */
  readonly colourNoise?: { readonly strength: number; readonly divisor: number };
  /** Images in an update. */
  readonly batch: number;
  /** Passes over the training images. */
  readonly epochs: number;
  readonly momentum: number;
  /** Weight decay. */
  readonly decay: number;
  /** Departures from the common rate and decay for parameters whose name matches the expression; the first that matches counts. */
  readonly factors: readonly { readonly match: string; readonly rateFactor: number; readonly decayFactor: number }[];
  /** The first learning rate, and the epochs after which it is multiplied by the factor; they stretch with the run when it has other epochs than the recipe. */
  readonly schedule: { readonly rate: number; readonly at: readonly number[]; readonly factor: number };
  /** Views of an image whose answers are averaged in evaluation. */
  readonly views: 1 | 10;
}

/**
 * The optimiser of a recipe: SGD in the form of 2012.
 *
 * @throws OptionError `OPTION_INVALID` from the optimiser.
 */
export function recipeOptimiser({ momentum, decay, factors }: Recipe): Optimiser {
  return sgd({ momentum, decay, factors: factors.map(({ match, ...numbers }) => ({ match: new RegExp(match), ...numbers })) });
}

/**
 * The learning rate of a recipe.
 *
 * @param run.epochs Length of the run; default: the recipe's. The moments of change keep their place in proportion.
 * @param run.rate First rate; default: the recipe's.
 * @throws OptionError `OPTION_INVALID` from the schedule.
 *
 * @example
 * ```ts
 * import { findRecipe, recipeSchedule } from '@convkit/alexnet';
 *
 * const rate = recipeSchedule(findRecipe('alexnet-2012'), { epochs: 9.1 });
 * console.log(rate({ step: 0, epoch: 2.4 }), rate({ step: 0, epoch: 2.6 })); // 0.01 0.001
 * ```
 */
export function recipeSchedule(recipe: Recipe, run: { readonly epochs?: number; readonly rate?: number } = {}): Schedule {
  const { epochs = recipe.epochs, rate = recipe.schedule.rate } = run;
  const { at, factor } = recipe.schedule;
  return stepRate({ rate, at: at.map((epoch) => (epoch * epochs) / recipe.epochs), factor });
}
