import { centreCrop, resizeShortSide, toGrey, toRgb, type AnyImage } from '@convkit/data-aug';
import { OptionError } from '@convkit/tensor';
import type { Recipe } from './recipe.js';

/** What a network is trained on: square images of one size, and classes. */
export interface ImageFormat {
  /** Rows and columns of an image, in pixels, before it is cropped to the network's input. */
  readonly size: number;
  /** 1 grey, 3 RGB. */
  readonly channels: number;
  readonly classes: number;
}

/** What is known of a data set, such as a `Dataset` of `@convkit/datasets`. */
export interface DataDescription {
  /** Of all images; absent if they differ. */
  readonly width?: number;
  readonly height?: number;
  readonly channels: number;
  readonly classes: readonly string[];
}

/**
 * The format in which a recipe takes a data set: {@link Recipe.sizes}, {@link Recipe.channels}.
 *
 * @example
 * ```ts
 * import { imageFormat, findRecipe } from '@convkit/alexnet';
 *
 * const photos = { channels: 3, classes: ['cat', 'dog'] };
 * console.log(imageFormat(findRecipe('alexnet-mini'), photos)); // { size: 32, channels: 3, classes: 2 }
 * ```
 */
export function imageFormat(recipe: Recipe, { width, height, channels, classes }: DataDescription): ImageFormat {
  const [least, largest] = recipe.sizes;
  const fits = width !== undefined && width === height && width >= least && width <= largest;
  return { size: fits ? width : largest, channels: recipe.channels ?? channels, classes: classes.length };
}

/** Shape of the network's input for one image: `[height, width, channels]`. */
export function inputShape(recipe: Recipe, { size, channels }: ImageFormat): readonly [number, number, number] {
  return [size - recipe.border, size - recipe.border, channels];
}

/**
 * Brings an image into the format, the first thing done to every image in training, statistics, evaluation and prediction alike: an image of another size is resized
 * by its short side and cut to the middle square, as in 2012; grey becomes RGB or RGB grey.
 *
 * @throws OptionError `OPTION_INVALID` if the format has neither one channel nor three.
 * @throws ShapeError if the image contradicts itself or has neither one channel nor three.
 */
export function prepareImage<I extends AnyImage>({ size, channels }: ImageFormat, image: I): I {
  if (channels !== 1 && channels !== 3) throw new OptionError({ code: 'OPTION_INVALID', message: `prepareImage: channels is ${channels}, but must be 1 (grey) or 3 (RGB).` });
  const coloured = channels === 3 ? toRgb(image) : toGrey(image);
  return coloured.width === size && coloured.height === size ? coloured : centreCrop(resizeShortSide(coloured, size), size);
}
