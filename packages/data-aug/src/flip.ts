import { OptionError } from '@convkit/tensor';

import { assertImage, blankLike, type AnyImage } from './image.js';
import type { Transform } from './augment.js';

/**
 * The mirror image: left becomes right.
 *
 * @throws ShapeError `SHAPE_INVALID`, `SHAPE_MISMATCH` if the image contradicts itself.
 */
export function flip<I extends AnyImage>(image: I): I {
  assertImage(image, 'flip');
  const { width, height, channels, data } = image;
  const out = blankLike(image, width, height);
  const mirrored = out.data;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = (y * width + x) * channels;
      const to = (y * width + width - 1 - x) * channels;
      for (let c = 0; c < channels; c++) mirrored[to + c] = data[from + c];
    }
  }
  return out;
}

/**
 * A mirror image or the image itself, by chance.
 *
 * @param probability Of a mirror image, from 0 to 1; default 0.5.
 * @returns A transform that draws `{ flipped }`.
 * @throws OptionError `OPTION_INVALID`
 */
export function randomFlip(probability = 0.5): Transform<{
  /** Whether the image becomes its mirror image. */
  readonly flipped: boolean;
}> {
  if (!(probability >= 0 && probability <= 1)) {
    throw new OptionError({ code: 'OPTION_INVALID', message: `randomFlip: probability is ${probability}, but must lie between 0 and 1.` });
  }
  return {
    name: 'randomFlip',
    draw: (_image, draws) => ({ flipped: draws.uniform() < probability }),
    apply: (image, { flipped }) => (flipped ? flip(image) : image),
  };
}
