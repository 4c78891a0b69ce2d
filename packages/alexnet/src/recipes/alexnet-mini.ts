import { alexnetMini } from '../networks/alexnet-mini.js';
import type { Recipe } from '../recipe.js';

/** Training of {@link alexnetMini} in three passes over some 60,000 small images: crops move by a pixel at most, and the rate is halved five times. */
export const alexnetMiniRecipe: Recipe = {
  name: 'alexnet-mini',
  network: alexnetMini,
  data: {
    sizes: [28, 32],
    resize: 'short-side',
    colours: 'rgb',
    crop: { border: 2 },
    flip: 0.5,
    imagesPerDraw: 1,
    mean: 'channels',
    unitDeviation: true,
    order: 'each-epoch',
  },
  training: { batch: 32, epochs: 3 },
  optimiser: { form: '2012', momentum: 0.9, decay: 0.0005, decayBiases: false },
  rates: {
    weights: { type: 'steps', rate: 0.025, at: [1.2, 1.8, 2.25, 2.61, 2.85], factor: 0.5 },
    biases: { type: 'steps', rate: 0.05, at: [1.2, 1.8, 2.25, 2.61, 2.85], factor: 0.5 },
  },
  evaluation: { views: 1 },
  sources: Object.fromEntries(['network', 'data', 'training', 'optimiser', 'rates', 'evaluation'].map((group) => [group, 'chosen here for small images and few minutes'])),
};
