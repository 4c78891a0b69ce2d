import { OptionError, assertKnownOptions, type RandomDraws } from '@convkit/tensor';

import type { Transform } from './augment.js';
import { asSize, crop, type Box } from './crop.js';
import type { ImageSize } from './image.js';
import { resize } from './resize.js';

/** Choices of {@link randomResizedCrop}. */
export interface RandomResizedCropOptions {
  /** Area of the part, as a share of the image's: least and largest, above 0 up to 1; default 0.08 to 1. */
  readonly scale?: readonly [least: number, largest: number];
  /** Width of the part divided by its height: least and largest, above 0; default 3/4 to 4/3. */
  readonly ratio?: readonly [least: number, largest: number];
}

const TRIES = 10;

/**
 * A part of the image of random area and shape at a random place, resized to one size: torchvision's `RandomResizedCrop` (`torchvision/transforms/transforms.py`, `get_params`).
 * Up to ten times an area is drawn, uniform in `scale`, and a ratio of width to height, uniform on the logarithmic scale in `ratio`; sides are rounded to the nearest whole number. The first
 * part that fits into the image is taken, at a place drawn uniformly from all that fit. If none does, the largest centred part whose ratio lies in `ratio` is.
 *
 * Resizing is {@link resize}, by area or cubic, in place of torchvision's bilinear interpolation.
 *
 * @param size Height and width of the result, or one number for a square.
 * @returns A transform that draws a {@link Box}.
 * @throws OptionError `OPTION_INVALID`
 *
 * @example
 * ```ts
 * import { randomResizedCrop } from '@convkit/data-aug';
 * import { RandomStream } from '@convkit/tensor';
 *
 * const image = { width: 320, height: 240, channels: 3, data: new Uint8Array(320 * 240 * 3) };
 * const transform = randomResizedCrop(224, { scale: [0.25, 1] });
 * const box = transform.draw(image, new RandomStream(7, 'crop').at(0, 1041));
 * console.log(box, transform.apply(image, box).width); // … 224
 * ```
 */
export function randomResizedCrop(size: number | ImageSize, options: RandomResizedCropOptions = {}): Transform<Box> {
  assertKnownOptions('randomResizedCrop', options, ['scale', 'ratio']);
  const out = asSize(size, 'randomResizedCrop');
  const { scale = [0.08, 1], ratio = [3 / 4, 4 / 3] } = options;
  assertRange('scale', scale, 1);
  assertRange('ratio', ratio, Infinity);
  return {
    name: 'randomResizedCrop',
    draw(image, draws) {
      for (let i = 0; i < TRIES; i++) {
        const area = image.width * image.height * (scale[0] + (scale[1] - scale[0]) * draws.uniform());
        const shape = ratio[0] * powerOf(ratio[1] / ratio[0], draws);
        const width = round(Math.sqrt(area * shape));
        const height = round(Math.sqrt(area / shape));
        if (width >= 1 && width <= image.width && height >= 1 && height <= image.height) {
          return { y: draws.integer(image.height - height + 1), x: draws.integer(image.width - width + 1), height, width };
        }
      }
      return largestCentred(image, ratio);
    },
    apply: (image, box) => resize(crop(image, box), out),
  };
}

/**
 * base^u for a u drawn uniformly from 0 up to 1: the product of base^(1/2), base^(1/4), … for those bits of u that are 1.
 * Square roots are exact to the last bit by IEEE 754, so every engine gives the same number; `Math.exp` and `Math.log` need not.
 */
function powerOf(base: number, draws: RandomDraws): number {
  const word = draws.word();
  let root = base;
  let power = 1;
  for (let bit = 31; bit >= 0; bit--) {
    root = Math.sqrt(root);
    if ((word >>> bit) & 1) power *= root;
  }
  return power;
}

function largestCentred(image: ImageSize, [least, largest]: readonly [number, number]): Box {
  let { width, height } = image;
  const shape = width / height;
  if (shape < least) height = Math.max(1, round(width / least));
  else if (shape > largest) width = Math.max(1, round(height * largest));
  return { y: Math.floor((image.height - height) / 2), x: Math.floor((image.width - width) / 2), height, width };
}

function round(length: number): number {
  return Math.floor(length + 0.5);
}

function assertRange(name: string, [least, largest]: readonly [number, number], top: number): void {
  if (least > 0 && least <= largest && largest <= top && Number.isFinite(largest)) return;
  const bounds = top === Infinity ? 'above 0' : `above 0, up to ${top}`;
  throw new OptionError({ code: 'OPTION_INVALID', message: `randomResizedCrop: ${name} is from ${least} to ${largest}, but must be a range of numbers ${bounds}, the smaller first.` });
}
