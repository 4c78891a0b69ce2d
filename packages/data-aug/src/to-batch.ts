import { ShapeError, Tensor } from '@convkit/tensor';

import { assertImage, formatImage, type AnyImage } from './image.js';

/**
 * Images of one size as one tensor [N, height, width, channels]; the values stay what they are.
 *
 * @throws ShapeError `SHAPE_MISMATCH` if the images differ in size or channels, `SHAPE_INVALID` if there are none.
 *
 * @example
 * ```ts
 * import { scale, toBatch } from '@convkit/data-aug';
 *
 * const image = { width: 2, height: 1, channels: 1, data: new Uint8Array([0, 255]) };
 * console.log(toBatch([scale(image, 1 / 255)]).shape); // [ 1, 1, 2, 1 ]
 * ```
 */
export function toBatch(images: readonly AnyImage[]): Tensor {
  const [first] = images;
  if (first === undefined) throw new ShapeError({ code: 'SHAPE_INVALID', message: 'toBatch: there are no images.' });
  const size = first.width * first.height * first.channels;
  const data = new Float32Array(images.length * size);
  images.forEach((image, i) => {
    assertImage(image, 'toBatch');
    if (image.width !== first.width || image.height !== first.height || image.channels !== first.channels) {
      throw new ShapeError({
        code: 'SHAPE_MISMATCH',
        message: `toBatch: image ${i} differs from image 0.`,
        values: { 'image 0': formatImage(first), [`image ${i}`]: formatImage(image) },
        help: 'crop or resize all images to one size first.',
      });
    }
    data.set(image.data, i * size);
  });
  return new Tensor([images.length, first.height, first.width, first.channels], data);
}
