import { ShapeError, Tensor } from '@convkit/tensor';

import { assertImage, formatImage, type AnyImage } from './image.js';

/**
 * Images of one size as one tensor [N, height, width, channels]; the values stay what they are.
 *
 * @param into Array for the tensor's data, of exactly its size; default a new one. Large batches gain much by using one array again and again.
 * @throws ShapeError `SHAPE_MISMATCH` if the images differ in size or channels, or `into` does not fit; `SHAPE_INVALID` if there are none.
 *
 * @example
 * ```ts
 * import { scale, toBatch } from '@convkit/data-aug';
 *
 * const image = { width: 2, height: 1, channels: 1, data: new Uint8Array([0, 255]) };
 * console.log(toBatch([scale(image, 1 / 255)]).shape); // [ 1, 1, 2, 1 ]
 * ```
 */
export function toBatch(images: readonly AnyImage[], into?: Float32Array): Tensor {
  const [first] = images;
  if (first === undefined) throw new ShapeError({ code: 'SHAPE_INVALID', message: 'toBatch: there are no images.' });
  assertImage(first, 'toBatch');
  const size = first.width * first.height * first.channels;
  const batch = new Tensor([images.length, first.height, first.width, first.channels], into ?? new Float32Array(images.length * size));
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
    batch.data.set(image.data, i * size);
  });
  return batch;
}
