import { centreCrop, pcaNoise, randomCrop, randomFlip, scale, subtractMean, tenViews, type AnyImage, type FloatImage, type Step } from '@convkit/data-aug';
import { OptionError } from '@convkit/tensor';
import type { ImageFormat } from './image-format.js';
import type { Recipe } from './recipe.js';

/** What is known of the pixels of the training images after {@link prepareImage}, on the scale 0 to 255; `datasetStatistics` of `@convkit/datasets` finds it. */
export interface PixelStatistics {
  /** Mean of each channel. */
  readonly mean: readonly number[];
  /** Standard deviation of each channel. */
  readonly deviation: readonly number[];
  /** Mean of each value; needed by recipes whose `mean` is `image`. */
  readonly meanImage?: FloatImage;
}

/**
 * The steps from a prepared image to an input of the network in training, for `augment` of `@convkit/data-aug`: random crop, random mirror image, mean, deviation, colour noise.
 * A mean image lends its centre wherever the crop lies, as in 2012.
 *
 * @throws OptionError `OPTION_INVALID` if the recipe needs a mean image and there is none.
 *
 * @example
 * ```ts
 * import { findRecipe, trainingSteps } from '@convkit/alexnet';
 * import { augment } from '@convkit/data-aug';
 * import { RandomStream } from '@convkit/tensor';
 *
 * const steps = trainingSteps(findRecipe('alexnet-mini'), { size: 28, channels: 1, classes: 10 }, { mean: [73], deviation: [90] });
 * const image = { width: 28, height: 28, channels: 1, data: new Uint8Array(784) };
 * console.log(augment(image, steps, new RandomStream(7, 'augment').at(0, 1041)).image.width); // 26
 * ```
 */
export function trainingSteps(recipe: Recipe, format: ImageFormat, statistics: PixelStatistics): readonly Step[] {
  const { colourNoise } = recipe;
  return [
    randomCrop(format.size - recipe.border),
    ...(recipe.flip > 0 ? [randomFlip(recipe.flip)] : []),
    standardiser(recipe, statistics),
    ...(colourNoise === undefined ? [] : [pcaNoise(colourNoise)]),
  ];
}

/**
 * The inputs of the network in evaluation: the middle of a prepared image, or ten views of it in the order of 2012, with mean and deviation applied and no noise.
 *
 * @throws OptionError `OPTION_INVALID` if the recipe needs a mean image and there is none.
 * @throws ShapeError `SHAPE_MISMATCH` if the image is smaller than a view.
 */
export function viewsOf(recipe: Recipe, format: ImageFormat, statistics: PixelStatistics, image: AnyImage, views: 1 | 10): readonly FloatImage[] {
  const size = format.size - recipe.border;
  return (views === 1 ? [centreCrop(image, size)] : tenViews(image, size)).map(standardiser(recipe, statistics));
}

/** Subtracts the mean, and divides by the deviation where the recipe says so. */
function standardiser({ mean, unitDeviation }: Recipe, statistics: PixelStatistics): (image: AnyImage) => FloatImage {
  const centre = mean === 'image' ? statistics.meanImage : statistics.mean;
  if (centre === undefined) throw new OptionError({ code: 'OPTION_INVALID', message: 'the recipe subtracts a mean image, but the statistics hold none.' });
  // A channel that never changes has deviation 0 and only zeros left.
  const factors = statistics.deviation.map((deviation) => (deviation > 0 ? 1 / deviation : 1));
  return (image) => (unitDeviation ? scale(subtractMean(image, centre), factors) : subtractMean(image, centre));
}
