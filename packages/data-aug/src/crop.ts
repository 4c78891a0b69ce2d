import { OptionError, ShapeError } from '@convkit/tensor';

import { assertImage, blankLike, formatImage, isSize, type AnyImage, type ImageSize } from './image.js';
import type { Transform } from './augment.js';

/** A rectangle in an image: its first row and column from the top left, and its size, in pixels. */
export interface Box extends ImageSize {
  /** Its first row, from 0 at the top of the image. */
  readonly y: number;
  /** Its first column, from 0 at the left of the image. */
  readonly x: number;
}

/**
 * Cuts a rectangle out of an image.
 *
 * @throws ShapeError `SHAPE_MISMATCH` if the box is not wholly inside the image.
 *
 * @example
 * ```ts
 * import { crop } from '@convkit/data-aug';
 *
 * const image = { width: 3, height: 2, channels: 1, data: new Uint8Array([1, 2, 3, 4, 5, 6]) };
 * console.log(crop(image, { y: 0, x: 1, height: 2, width: 2 }).data.join()); // 2,3,5,6
 * ```
 */
export function crop<I extends AnyImage>(image: I, box: Box): I {
  assertImage(image, 'crop');
  const { y, x, width, height } = box;
  const fits = [y, x, width, height].every(Number.isSafeInteger) && y >= 0 && x >= 0 && width >= 1 && height >= 1 && y + height <= image.height && x + width <= image.width;
  if (!fits) {
    throw new ShapeError({
      code: 'SHAPE_MISMATCH',
      message: `crop: the box does not lie inside the image.`,
      values: { image: formatImage(image), box: `y ${y}, x ${x}, height ${height}, width ${width}` },
      help: 'resize the image first, or take a smaller box.',
    });
  }
  const out = blankLike(image, width, height);
  const row = width * image.channels;
  for (let i = 0; i < height; i++) {
    const from = ((y + i) * image.width + x) * image.channels;
    out.data.set(image.data.subarray(from, from + row), i * row);
  }
  return out;
}

/**
 * The middle of an image. If the border cannot be halved, the smaller half is above and on the left.
 *
 * @param size Height and width, or one number for a square.
 * @throws ShapeError `SHAPE_MISMATCH` if the image is smaller than `size`.
 * @throws OptionError `OPTION_INVALID` if `size` is not made of whole numbers of at least 1.
 */
export function centreCrop<I extends AnyImage>(image: I, size: number | ImageSize): I {
  const { width, height } = asSize(size, 'centreCrop');
  return crop(image, { y: Math.floor((image.height - height) / 2), x: Math.floor((image.width - width) / 2), height, width });
}

/**
 * A crop at a place drawn uniformly from all that fit: of a border b, each of the b + 1 offsets is as likely.
 * The 2012 training takes 224 of 256: 33 x 33 places (cuda-convnet, `convdata_jpeg.py`).
 *
 * @param size Height and width, or one number for a square.
 * @returns A transform that draws a {@link Box}.
 * @throws OptionError `OPTION_INVALID` if `size` is not made of whole numbers of at least 1; when drawing, ShapeError `SHAPE_MISMATCH` if the image is smaller.
 */
export function randomCrop(size: number | ImageSize): Transform<Box> {
  const { width, height } = asSize(size, 'randomCrop');
  return {
    name: 'randomCrop',
    draw(image, draws) {
      if (image.width < width || image.height < height) {
        throw new ShapeError({
          code: 'SHAPE_MISMATCH',
          message: `randomCrop: the image is smaller than the crop.`,
          values: { image: `${image.height}x${image.width}`, crop: `${height}x${width}` },
          help: 'resize the image first, or take a smaller crop.',
        });
      }
      return { y: draws.integer(image.height - height + 1), x: draws.integer(image.width - width + 1), height, width };
    },
    apply: crop,
  };
}

/** A size given as one number or two, checked. */
export function asSize(size: number | ImageSize, owner: string): ImageSize {
  const { width, height } = typeof size === 'number' ? { width: size, height: size } : size;
  if (!isSize(width) || !isSize(height)) {
    throw new OptionError({ code: 'OPTION_INVALID', message: `${owner}: size is ${height}x${width}, but must be made of whole numbers of at least 1.` });
  }
  return { width, height };
}
