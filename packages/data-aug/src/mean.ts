import { OptionError, ShapeError } from '@convkit/tensor';

import { centreCrop } from './crop.js';
import { assertImage, formatImage, type AnyImage, type FloatImage } from './image.js';

/**
 * Takes the mean away. A mean image that is larger than the image lends its centre: that is what the 2012 code does, whatever the crop's offset
 * (cuda-convnet, `convdata_jpeg.py`). For Caffe's way, in which every pixel meets its own mean, subtract first and crop afterwards.
 *
 * @param mean A mean image, or one number per channel, on the image's own scale.
 * @throws ShapeError `SHAPE_MISMATCH` if the channels differ or the mean image is smaller than the image.
 */
export function subtractMean(image: AnyImage, mean: FloatImage | readonly number[]): FloatImage {
  assertImage(image, 'subtractMean');
  const { width, height, channels, data } = image;
  const out = new Float32Array(data.length);
  if ('data' in mean) {
    if (mean.channels !== channels || mean.width < width || mean.height < height) {
      throw new ShapeError({
        code: 'SHAPE_MISMATCH',
        message: 'subtractMean: the mean image must have the channels of the image and at least its size.',
        values: { image: formatImage(image), mean: formatImage(mean) },
      });
    }
    const centre = mean.width === width && mean.height === height ? mean.data : centreCrop(mean, image).data;
    for (let i = 0; i < out.length; i++) out[i] = data[i] - centre[i];
  } else {
    if (mean.length !== channels) {
      throw new ShapeError({ code: 'SHAPE_MISMATCH', message: `subtractMean: the image has ${channels} channels, but ${mean.length} means were given.` });
    }
    for (let i = 0, c = 0; i < out.length; i++) {
      out[i] = data[i] - mean[c];
      if (++c === channels) c = 0;
    }
  }
  return { width, height, channels, data: out };
}

/**
 * Multiplies every value, by one factor or by one factor per channel: `scale(image, 1 / 255)` gives 0 to 1, `scale(image, deviations.map((d) => 1 / d))` after
 * {@link subtractMean} gives unit variance.
 *
 * @throws OptionError `OPTION_INVALID` if a factor is not finite.
 * @throws ShapeError `SHAPE_MISMATCH` if there are not as many factors as channels.
 */
export function scale(image: AnyImage, factor: number | readonly number[]): FloatImage {
  assertImage(image, 'scale');
  const { width, height, channels, data } = image;
  const factors = typeof factor === 'number' ? new Array<number>(channels).fill(factor) : factor;
  if (factors.length !== channels) {
    throw new ShapeError({ code: 'SHAPE_MISMATCH', message: `scale: the image has ${channels} channels, but ${factors.length} factors were given.` });
  }
  if (!factors.every(Number.isFinite)) {
    throw new OptionError({ code: 'OPTION_INVALID', message: `scale: factor is ${factors.join(', ')}, but must be finite.` });
  }
  const out = new Float32Array(data.length);
  for (let i = 0, c = 0; i < out.length; i++) {
    out[i] = data[i] * factors[c];
    if (++c === channels) c = 0;
  }
  return { width, height, channels, data: out };
}
