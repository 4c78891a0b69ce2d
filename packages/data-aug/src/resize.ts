import { OptionError } from '@convkit/tensor';

import { asSize } from './crop.js';
import { assertImage, blankLike, isSize, type AnyImage, type ImageSize } from './image.js';

/**
 * Changes the size of an image. Along each axis, from n to m pixels:
 *
 * - shrinking (m < n): the mean over the area that an output pixel covers; output i covers [i n/m, (i + 1) n/m], and pixels at its ends count by the part covered;
 * - growing (m > n): the cubic convolution of Keys with a = -0.75 around (i + 1/2) n/m - 1/2, the border pixel repeated outside;
 * - equal: nothing.
 *
 * This is the pair INTER_AREA, INTER_CUBIC of OpenCV, with which the 2012 images were made. Bytes are rounded to the nearest and clamped to 0 to 255.
 *
 * @param size Height and width, or one number for a square; the proportions are not kept.
 * @throws OptionError `OPTION_INVALID` if `size` is not made of whole numbers of at least 1.
 */
export function resize<I extends AnyImage>(image: I, size: number | ImageSize): I {
  assertImage(image, 'resize');
  const { width, height } = asSize(size, 'resize');
  if (width === image.width && height === image.height) return image;
  const { channels, data } = image;
  const columns = taps(image.width, width);
  const rows = taps(image.height, height);

  const wide = new Float64Array(image.height * width * channels);
  for (let y = 0; y < image.height; y++) {
    for (let x = 0; x < width; x++) {
      const to = (y * width + x) * channels;
      for (let t = x * columns.count; t < (x + 1) * columns.count; t++) {
        const weight = columns.weight[t];
        const from = (y * image.width + columns.from[t]) * channels;
        for (let c = 0; c < channels; c++) wide[to + c] += weight * data[from + c];
      }
    }
  }

  const out = blankLike(image, width, height);
  const bytes = image.data instanceof Uint8Array;
  const row = new Float64Array(width * channels);
  for (let y = 0; y < height; y++) {
    row.fill(0);
    for (let t = y * rows.count; t < (y + 1) * rows.count; t++) {
      const weight = rows.weight[t];
      const from = rows.from[t] * row.length;
      for (let i = 0; i < row.length; i++) row[i] += weight * wide[from + i];
    }
    const to = y * row.length;
    for (let i = 0; i < row.length; i++) out.data[to + i] = bytes ? Math.min(255, Math.max(0, Math.floor(row[i] + 0.5))) : row[i];
  }
  return out;
}

/**
 * Changes the size of an image so that its shorter side has `pixels` pixels, the proportions kept; the longer side is rounded to the nearest. Formula: {@link resize}.
 * The 2012 images are `centreCrop(resizeShortSide(image, 256), 256)`.
 *
 * @throws OptionError `OPTION_INVALID` if `pixels` is not a whole number of at least 1.
 */
export function resizeShortSide<I extends AnyImage>(image: I, pixels: number): I {
  if (!isSize(pixels)) {
    throw new OptionError({ code: 'OPTION_INVALID', message: `resizeShortSide: pixels is ${pixels}, but must be a whole number of at least 1.` });
  }
  const short = Math.min(image.width, image.height);
  const side = (length: number) => Math.floor((length * pixels) / short + 0.5);
  return resize(image, { width: side(image.width), height: side(image.height) });
}

/** For each output place of an axis the input places that make it, `count` of them (some may weigh 0), and their weights, which sum to 1. */
interface Taps {
  readonly count: number;
  readonly from: Int32Array;
  readonly weight: Float64Array;
}

function taps(inputs: number, outputs: number): Taps {
  if (outputs === inputs) return { count: 1, from: Int32Array.from({ length: inputs }, (_, i) => i), weight: new Float64Array(inputs).fill(1) };
  return outputs < inputs ? areaTaps(inputs, outputs) : cubicTaps(inputs, outputs);
}

function areaTaps(inputs: number, outputs: number): Taps {
  const span = inputs / outputs;
  const count = Math.ceil(span) + 1;
  const from = new Int32Array(outputs * count);
  const weight = new Float64Array(outputs * count);
  for (let i = 0; i < outputs; i++) {
    const start = (i * inputs) / outputs;
    const end = ((i + 1) * inputs) / outputs;
    for (let t = 0; t < count; t++) {
      const pixel = Math.floor(start) + t;
      from[i * count + t] = Math.min(pixel, inputs - 1);
      weight[i * count + t] = Math.max(0, Math.min(end, pixel + 1) - Math.max(start, pixel)) / span;
    }
  }
  return { count, from, weight };
}

function cubicTaps(inputs: number, outputs: number): Taps {
  const from = new Int32Array(outputs * 4);
  const weight = new Float64Array(outputs * 4);
  for (let i = 0; i < outputs; i++) {
    const centre = ((i + 0.5) * inputs) / outputs - 0.5;
    for (let t = 0; t < 4; t++) {
      const pixel = Math.floor(centre) - 1 + t;
      from[i * 4 + t] = Math.min(inputs - 1, Math.max(0, pixel));
      weight[i * 4 + t] = cubic(Math.abs(centre - pixel));
    }
  }
  return { count: 4, from, weight };
}

/** Keys, "Cubic convolution interpolation for digital image processing", 1981, equation 4 for a general a; here a = -0.75. */
function cubic(distance: number): number {
  const a = -0.75;
  if (distance <= 1) return ((a + 2) * distance - (a + 3)) * distance * distance + 1;
  if (distance < 2) return a * (((distance - 5) * distance + 8) * distance - 4);
  return 0;
}
