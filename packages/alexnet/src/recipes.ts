import { lookUp } from './look-up.js';
import type { Recipe } from './recipe.js';

/** As in the 2012 code: biases learn twice as fast and do not decay. */
const biases = { match: '\\.bias$', rateFactor: 2, decayFactor: 0 };

/**
 * Training of {@link alexnet2012} on ImageNet as in the 2012 code (net 145 on ILSVRC-2012, cuda-convnet): 224 of 256 pixels, mean image, colour noise of 0.1 deviations and all
 * values divided by 1.1, batches of 128, rate 0.01 divided by ten after 25, 51 and 79 of 91 epochs, ten views.
 * The code also turned colour noise off after 67 epochs and froze `conv1` after 72, and kept a schedule of its own for biases; that is not done here.
 */
export const alexnet2012Recipe: Recipe = {
  name: 'alexnet-2012',
  network: 'alexnet-2012',
  sizes: [256, 256],
  channels: 3,
  border: 32,
  mean: 'image',
  unitDeviation: false,
  flip: 0.5,
  colourNoise: { strength: 0.1, divisor: 1.1 },
  batch: 128,
  epochs: 91,
  momentum: 0.9,
  decay: 0.0005,
  factors: [biases],
  schedule: { rate: 0.01, at: [25, 51, 79], factor: 0.1 },
  views: 10,
};

/** Training of {@link alexnetMini} in three passes over some 60,000 small images: crops move by a pixel at most, and the rate is halved five times. */
export const alexnetMiniRecipe: Recipe = {
  name: 'alexnet-mini',
  network: 'alexnet-mini',
  sizes: [28, 32],
  border: 2,
  mean: 'channels',
  unitDeviation: true,
  flip: 0.5,
  batch: 32,
  epochs: 3,
  momentum: 0.9,
  decay: 0.0005,
  factors: [biases],
  schedule: { rate: 0.025, at: [1.2, 1.8, 2.25, 2.61, 2.85], factor: 0.5 },
  views: 1,
};

/** All recipes by name. */
export const recipes: Readonly<Record<string, Recipe>> = { 'alexnet-2012': alexnet2012Recipe, 'alexnet-mini': alexnetMiniRecipe };

/**
 * A recipe by name.
 *
 * @throws OptionError `NAME_UNKNOWN`, with the names there are.
 */
export function findRecipe(name: string): Recipe {
  return lookUp('recipe', recipes, name);
}
