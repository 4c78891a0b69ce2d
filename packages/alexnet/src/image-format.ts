import { centreCrop, resize, resizeShortSide, swapRedBlue, toGrey, toRgb, type AnyImage } from '@convkit/data-aug';
import { OptionError } from '@convkit/tensor';
import type { Recipe } from './recipe.js';

/** What a network is trained on: square images of one size, and classes. */
export interface ImageFormat {
  /** Rows and columns of an image, in pixels, before it is cropped to the network's input. */
  readonly size: number;
  /** 1 grey, 3 RGB. */
  readonly channels: number;
  /** How many classes there are. */
  readonly classes: number;
}

/** What is known of a data set, such as a `Dataset` of `@convkit/datasets`. */
export interface DataDescription {
  /** Columns of all images, in pixels; absent if they differ. */
  readonly width?: number;
  /** Rows of all images, in pixels; absent if they differ. */
  readonly height?: number;
  /** Of all images: 1 grey, 3 RGB. */
  readonly channels: number;
  /** Class names in label order. */
  readonly classes: readonly string[];
}

/**
 * The format in which a recipe takes a data set: sizes and channels of its data.
 *
 * @example
 * ```ts
 * import { imageFormat, findRecipe } from '@convkit/alexnet';
 *
 * const photos = { channels: 3, classes: ['cat', 'dog'] };
 * console.log(imageFormat(findRecipe('alexnet-mini'), photos)); // { size: 32, channels: 3, classes: 2 }
 * ```
 */
export function imageFormat({ data }: Recipe, { width, height, channels, classes }: DataDescription): ImageFormat {
  const [least, largest] = data.sizes;
  const fits = width !== undefined && width === height && width >= least && width <= largest;
  return { size: fits ? width : largest, channels: data.channels ?? channels, classes: classes.length };
}

/** Shape of the network's input for one image: `[height, width, channels]`. */
export function inputShape({ data }: Recipe, { size, channels }: ImageFormat): readonly [number, number, number] {
  return [size - data.crop.border, size - data.crop.border, channels];
}

/**
 * Brings an image into the format, the first thing done to every image in training, statistics, evaluation and prediction alike: grey becomes RGB or RGB grey; an image of another size
 * is resized as the recipe says, by its short side and cut to the middle square as in 2012, or warped; red and blue change places for a network of Caffe.
 *
 * @throws OptionError `OPTION_INVALID` if the format has neither one channel nor three.
 * @throws ShapeError if the image contradicts itself or has neither one channel nor three.
 */
export function prepareImage<I extends AnyImage>(recipe: Recipe, format: ImageFormat, image: I): I {
  const { size } = format;
  const coloured = prepareColours(recipe, format, image);
  if (coloured.width === size && coloured.height === size) return coloured;
  return recipe.data.resize === 'warp' ? resize(coloured, size) : centreCrop(resizeShortSide(coloured, size), size);
}

/** The part of {@link prepareImage} that does not touch the size: number and order of the channels. */
export function prepareColours<I extends AnyImage>({ data }: Recipe, { channels }: ImageFormat, image: I): I {
  if (channels !== 1 && channels !== 3) throw new OptionError({ code: 'OPTION_INVALID', message: `prepareImage: channels is ${channels}, but must be 1 (grey) or 3 (RGB).` });
  const coloured = channels === 3 ? toRgb(image) : toGrey(image);
  return data.colours === 'bgr' && channels === 3 ? swapRedBlue(coloured) : coloured;
}
