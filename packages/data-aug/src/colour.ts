import { ShapeError } from '@convkit/tensor';

import { assertImage, blankLike, formatImage, type AnyImage } from './image.js';

/**
 * One grey channel repeated three times; an image of three channels is returned as it is.
 *
 * @throws ShapeError `SHAPE_MISMATCH` if the image has neither one channel nor three.
 */
export function toRgb<I extends AnyImage>(image: I): I {
  if (assertColours(image, 'toRgb') === 3) return image;
  const out = blankLike({ ...image, channels: 3 }, image.width, image.height);
  for (let i = 0; i < image.data.length; i++) out.data[3 * i] = out.data[3 * i + 1] = out.data[3 * i + 2] = image.data[i];
  return out;
}

/**
 * Luma, 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601), bytes rounded to the nearest; an image of one channel is returned as it is.
 *
 * @throws ShapeError `SHAPE_MISMATCH` if the image has neither one channel nor three.
 */
export function toGrey<I extends AnyImage>(image: I): I {
  if (assertColours(image, 'toGrey') === 1) return image;
  const out = blankLike({ ...image, channels: 1 }, image.width, image.height);
  const half = image.data instanceof Uint8Array ? 0.5 : 0;
  const { data } = image;
  for (let i = 0; i < out.data.length; i++) out.data[i] = 0.299 * data[3 * i] + 0.587 * data[3 * i + 1] + 0.114 * data[3 * i + 2] + half;
  return out;
}

/**
 * Red and blue change places: RGB becomes BGR, the order of Caffe's networks, and BGR becomes RGB.
 *
 * @throws ShapeError `SHAPE_MISMATCH` if the image has not three channels.
 *
 * @example
 * ```ts
 * import { swapRedBlue } from '@convkit/data-aug';
 *
 * console.log(swapRedBlue({ width: 1, height: 1, channels: 3, data: new Uint8Array([10, 20, 30]) }).data.join()); // 30,20,10
 * ```
 */
export function swapRedBlue<I extends AnyImage>(image: I): I {
  assertImage(image, 'swapRedBlue');
  if (image.channels !== 3) throw new ShapeError({ code: 'SHAPE_MISMATCH', message: `swapRedBlue: the image is ${formatImage(image)}, but must have 3 channels.` });
  const out = blankLike(image, image.width, image.height);
  const { data } = image;
  for (let i = 0; i < data.length; i += 3) {
    out.data[i] = data[i + 2];
    out.data[i + 1] = data[i + 1];
    out.data[i + 2] = data[i];
  }
  return out;
}

function assertColours(image: AnyImage, owner: string): number {
  assertImage(image, owner);
  if (image.channels !== 1 && image.channels !== 3) {
    throw new ShapeError({ code: 'SHAPE_MISMATCH', message: `${owner}: the image has ${image.channels} channels, but must have 1 (grey) or 3 (RGB).` });
  }
  return image.channels;
}
