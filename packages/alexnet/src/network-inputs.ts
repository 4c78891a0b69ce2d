import {
  centreCrop,
  IMAGENET_PCA,
  nineViews,
  pcaNoise,
  randomCrop,
  randomFlip,
  randomResizedCrop,
  scale,
  subtractMean,
  tenViews,
  type AnyImage,
  type Box,
  type ColourPca,
  type FloatImage,
  type Step,
  type Transform,
} from '@convkit/data-aug';
import { OptionError } from '@convkit/tensor';
import type { ImageFormat } from './image-format.js';
import type { Recipe } from './recipe.js';

/** What is known of the pixels of the training images after {@link prepareImage}, on the scale 0 to 255; `datasetStatistics` of `@convkit/datasets` finds it. */
export interface PixelStatistics {
  /** Mean of each channel. */
  readonly mean: readonly number[];
  /** Standard deviation of each channel. */
  readonly deviation: readonly number[];
  /** Mean of each value; needed by recipes that subtract a mean image. */
  readonly meanImage?: FloatImage;
  /** Main axes of the colours; needed by recipes whose colour noise follows the data's own. */
  readonly pca?: ColourPca;
}

/** The steps from a prepared image to an input of the network in training, for `augment` of `@convkit/data-aug`. */
export interface TrainingSteps {
  /** Crop and mirror image, drawn once for as many images as the recipe says, and the mean. */
  readonly place: readonly Step[];
  /** Colour noise, drawn for each image, unless the recipe has none, or none any more; and the deviation. */
  readonly colour: readonly Step[];
}

/**
 * The steps from a prepared image to an input of the network in training.
 *
 * @param epoch From 0; some recipes turn the colour noise off in the end.
 * @throws OptionError `OPTION_INVALID` if the recipe needs a mean image or colour axes and there are none.
 *
 * @example
 * ```ts
 * import { findRecipe, trainingSteps } from '@convkit/alexnet';
 * import { augment } from '@convkit/data-aug';
 * import { RandomStream } from '@convkit/tensor';
 *
 * const { place } = trainingSteps(findRecipe('alexnet-mini'), { size: 28, channels: 1, classes: 10 }, { mean: [73], deviation: [90] }, 0);
 * const image = { width: 28, height: 28, channels: 1, data: new Uint8Array(784) };
 * console.log(augment(image, place, new RandomStream(7, 'augment').at(0, 1041)).image.width); // 26
 * ```
 */
export function trainingSteps(recipe: Recipe, format: ImageFormat, statistics: PixelStatistics, epoch: number): TrainingSteps {
  const { cut, mirror, noise } = trainingParts(recipe, format, statistics, epoch);
  const { whole, view, divide } = standardisers(recipe, statistics);
  return {
    place: [...whole, cut, ...(mirror === undefined ? [] : [mirror]), ...view],
    colour: [...(noise === undefined ? [] : [noise]), ...divide],
  };
}

/** What {@link trainingSteps} puts in a row, each by itself. */
interface TrainingParts extends Standard {
  /** Side of the network's input. */
  readonly size: number;
  readonly cut: Transform<Box>;
  /** Whether what is cut out is resized. */
  readonly resizes: boolean;
  readonly mirror: ReturnType<typeof randomFlip> | undefined;
  readonly noise: ReturnType<typeof pcaNoise> | undefined;
  /** All is divided by it after the noise; 1 without noise. */
  readonly divisor: number;
}

export function trainingParts(recipe: Recipe, format: ImageFormat, statistics: PixelStatistics, epoch: number): TrainingParts {
  const { crop, flip, colourNoise } = recipe.data;
  const size = format.size - crop.border;
  const noisy = colourNoise !== undefined && epoch < (colourNoise.until ?? Infinity);
  return {
    ...standard(recipe, statistics),
    size,
    cut: crop.resized === undefined ? randomCrop(size) : randomResizedCrop(size, crop.resized),
    resizes: crop.resized !== undefined,
    mirror: flip > 0 ? randomFlip(flip) : undefined,
    noise: noisy ? pcaNoise({ strength: colourNoise.strength, by: colourNoise.by, divisor: colourNoise.divisor, pca: colourNoise.pca === 'imagenet' ? imagenetPca(recipe) : known(statistics.pca, 'colour axes') }) : undefined,
    divisor: noisy ? colourNoise.divisor : 1,
  };
}

/**
 * The inputs of the network in evaluation: the middle of a prepared image, nine views of it, or ten in the order of 2012, with mean and deviation applied and no noise.
 *
 * @throws OptionError `OPTION_INVALID` if the recipe needs a mean image and there is none.
 * @throws ShapeError `SHAPE_MISMATCH` if the image is smaller than a view.
 */
export function viewsOf(recipe: Recipe, format: ImageFormat, statistics: PixelStatistics, image: AnyImage, views: 1 | 9 | 10): readonly FloatImage[] {
  const size = format.size - recipe.data.crop.border;
  const { whole, view, divide } = standardisers(recipe, statistics);
  const prepared = apply(whole, image);
  const cuts = views === 1 ? [centreCrop(prepared, size)] : views === 9 ? nineViews(prepared, size) : tenViews(prepared, size);
  // The subtraction is in one of the lists, and its result is of floats.
  return cuts.map((cut) => apply([...view, ...divide], cut) as FloatImage);
}

type Plain = (image: AnyImage) => AnyImage;

function apply(steps: readonly Plain[], image: AnyImage): AnyImage {
  return steps.reduce((current, step) => step(current), image);
}

/** What takes the mean away, on the whole image where every pixel has its own mean, on the cut view everywhere else; and what divides by the deviation. */
function standardisers(recipe: Recipe, found: PixelStatistics): Readonly<Record<'whole' | 'view' | 'divide', readonly Plain[]>> {
  const { mean, inPlace, factors } = standard(recipe, found);
  const subtract = [(image: AnyImage) => subtractMean(image, mean)];
  const divide = factors === undefined ? [] : [(image: AnyImage) => scale(image, factors)];
  return inPlace ? { whole: subtract, view: [], divide } : { whole: [], view: subtract, divide };
}

/** What is subtracted from pixels, and what they are multiplied by. */
interface Standard {
  /** Of each channel, or an image. */
  readonly mean: readonly number[] | FloatImage;
  /** Whether each pixel of the whole image has its own mean; otherwise the middle of a mean image is that of every view. */
  readonly inPlace: boolean;
  /** One for each channel; undefined if pixels keep their scale. */
  readonly factors: readonly number[] | undefined;
}

function standard({ data }: Recipe, found: PixelStatistics): Standard {
  const { mean, deviation } = data.statistics ?? found;
  return {
    mean: data.mean === 'channels' ? mean : known(found.meanImage, 'mean image'),
    inPlace: data.mean === 'image-in-place',
    // A channel that never changes has deviation 0 and only zeros left.
    factors: data.unitDeviation ? deviation.map((each) => (each > 0 ? 1 / each : 1)) : undefined,
  };
}

/** The published axes, in the order of the recipe's channels. */
function imagenetPca({ data }: Recipe): ColourPca {
  if (data.colours === 'rgb') return IMAGENET_PCA;
  const [first, second, third] = IMAGENET_PCA.axes.map(([red, green, blue]) => [blue, green, red] as const);
  return { ...IMAGENET_PCA, axes: [first, second, third] };
}

function known<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new OptionError({ code: 'OPTION_INVALID', message: `the recipe needs the ${what} of the training images, but the statistics hold none.` });
  return value;
}
