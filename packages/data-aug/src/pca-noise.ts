import { OptionError, ShapeError, assertKnownOptions } from '@convkit/tensor';

import type { Transform } from './augment.js';
import { assertImage, type AnyImage, type FloatImage } from './image.js';

/** Red, green and blue. */
export type Rgb = readonly [red: number, green: number, blue: number];

/** The main axes of a data set's colours; `PixelSums` finds them. */
export interface ColourPca {
  /** Standard deviation along each axis (the square root of the covariance's eigenvalue), on the scale of the pixels, 0 to 255. */
  readonly deviations: readonly [number, number, number];
  /** The axes as unit vectors, in the order of `deviations`. */
  readonly axes: readonly [Rgb, Rgb, Rgb];
}

/** Mean of ImageNet's pixels, red, green, blue, scale 0 to 255. Source: cuda-convnet2, `make-data/input_meta`, the channel means of its mean image of 256 x 256 pixels. */
export const IMAGENET_MEAN: Rgb = [127.305, 119.715, 104.913];

/** ImageNet's colour axes, scale 0 to 255. Source: cuda-convnet2, `make-data/input_meta`, entry `color_pca`. */
export const IMAGENET_PCA: ColourPca = {
  deviations: [19.72083305, 37.09388853, 121.78006099],
  axes: [
    [0.41795513, -0.81698062, 0.39731118],
    [-0.71257945, -0.02354167, 0.70119634],
    [-0.5635105, -0.5761844, -0.59200296],
  ],
};

/** Choices of {@link pcaNoise}. */
export interface PcaNoiseOptions {
  /** Default {@link IMAGENET_PCA}. */
  readonly pca?: ColourPca;
  /** Standard deviation of z; default 0.1. By deviation, it is that of the noise as a part of the data's own. */
  readonly strength?: number;
  /**
   * What z is multiplied by along an axis: the data's `deviation`, as the 2012 code does (default), or the `eigenvalue`, its square, as the paper writes (section 4.1).
   * The eigenvalue depends on the scale: for ImageNet's pixels of 0 to 255 the shift along the main axis has a standard deviation of 12.18 by deviation and of 1483 by eigenvalue,
   * of six times the whole range. For eigenvalues of pixels of 0 to 1 (fb.resnet.torch), give a strength of 0.1 / 255.
   */
  readonly by?: 'deviation' | 'eigenvalue';
  /** All values are divided by it after the shift. Default 1; the 2012 training divides by 1.1, its test does not. */
  readonly divisor?: number;
}

/**
 * One random colour shift for a whole image: V (z s strength), z three standard normal numbers, s the deviations, V the axes.
 * This is the 2012 code (cuda-convnet, `convdata_jpeg.py`), whose s are standard deviations; the paper's formula (section 4.1) has eigenvalues, their squares, in the place of s:
 * see {@link PcaNoiseOptions.by}.
 *
 * @returns A transform for images of three channels that draws `{ shift }`, the numbers added to red, green and blue.
 * @throws OptionError `OPTION_INVALID`; when applying, ShapeError `SHAPE_MISMATCH` if the image has not three channels.
 */
export function pcaNoise(options: PcaNoiseOptions = {}): Transform<{
  /** What is added to red, green and blue of every pixel, on the scale of the pixels. */
  readonly shift: Rgb;
}> {
  assertKnownOptions('pcaNoise', options, ['pca', 'strength', 'by', 'divisor']);
  const { pca = IMAGENET_PCA, strength = 0.1, by = 'deviation', divisor = 1 } = options;
  if (!(Number.isFinite(strength) && strength >= 0)) {
    throw new OptionError({ code: 'OPTION_INVALID', message: `pcaNoise: strength is ${strength}, but must be a finite number of at least 0.` });
  }
  if (!(Number.isFinite(divisor) && divisor > 0)) {
    throw new OptionError({ code: 'OPTION_INVALID', message: `pcaNoise: divisor is ${divisor}, but must be a finite number above 0.` });
  }
  if (by !== 'deviation' && by !== 'eigenvalue') {
    throw new OptionError({ code: 'OPTION_INVALID', message: `pcaNoise: by is ${String(by)}, but must be 'deviation' or 'eigenvalue'.` });
  }
  const lengths = pca.deviations.map((deviation) => (by === 'eigenvalue' ? deviation * deviation : deviation));
  return {
    name: 'pcaNoise',
    draw(_image, draws) {
      const shift: [number, number, number] = [0, 0, 0];
      for (let axis = 0; axis < 3; axis++) {
        const length = draws.normal() * lengths[axis] * strength;
        for (let c = 0; c < 3; c++) shift[c] += pca.axes[axis][c] * length;
      }
      return { shift };
    },
    apply: (image, { shift }) => shiftColour(image, shift, divisor),
  };
}

/**
 * Adds one number to each channel of every pixel, then divides: (value + shift) / divisor.
 *
 * @throws ShapeError `SHAPE_MISMATCH` if the image has not three channels.
 */
export function shiftColour(image: AnyImage, shift: Rgb, divisor = 1): FloatImage {
  assertImage(image, 'shiftColour');
  const { width, height, channels, data } = image;
  if (channels !== 3) {
    throw new ShapeError({
      code: 'SHAPE_MISMATCH',
      message: `shiftColour: the image has ${channels} channel${channels === 1 ? '' : 's'}, but a colour shift needs 3.`,
      help: 'leave colour noise out, or turn the image into RGB with toRgb.',
    });
  }
  const [red, green, blue] = shift;
  const out = new Float32Array(data.length);
  for (let i = 0; i < out.length; i += 3) {
    out[i] = (data[i] + red) / divisor;
    out[i + 1] = (data[i + 1] + green) / divisor;
    out[i + 2] = (data[i + 2] + blue) / divisor;
  }
  return { width, height, channels, data: out };
}
