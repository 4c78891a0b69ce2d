import { asSize, crop } from './crop.js';
import { assertRoom, type AnyImage, type ImageSize } from './image.js';

/**
 * The nine views of cuda-convnet2's CIFAR test: a grid of three by three crops, row by row from the top left, without mirror images (`convdata.py`, `CIFARDataProvider`).
 * With 24 out of 32 rows and columns start at 0, 4 and 8. A network's answer is the mean of its nine softmax outputs. If the border cannot be halved, the middle ones
 * start at the smaller half, as with `centreCrop`.
 *
 * @param size Height and width of a view, or one number for a square.
 * @throws ShapeError `SHAPE_MISMATCH` if the image is smaller than a view.
 * @throws OptionError `OPTION_INVALID` if `size` is not made of whole numbers of at least 1.
 *
 * @example
 * ```ts
 * import { nineViews } from '@convkit/data-aug';
 *
 * const image = { width: 3, height: 3, channels: 1, data: new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8, 9]) };
 * console.log(nineViews(image, 1).map(({ data }) => data[0]).join()); // 1,2,3,4,5,6,7,8,9
 * ```
 */
export function nineViews<I extends AnyImage>(image: I, size: number | ImageSize): I[] {
  const { width, height } = asSize(size, 'nineViews');
  const { below, right } = assertRoom(image, { width, height }, 'nineViews');
  const places = (border: number) => [0, Math.floor(border / 2), border];
  return places(below).flatMap((y) => places(right).map((x) => crop(image, { y, x, height, width })));
}
