import { asSize, crop } from './crop.js';
import { flip } from './flip.js';
import { assertRoom, type AnyImage, type ImageSize } from './image.js';

/**
 * The ten views of 2012 testing: four corners and the centre, then the same five mirrored, in the order of the original code (cuda-convnet, `convdata_jpeg.py`).
 * With 224 out of 256 the offsets (y, x) are (0, 0), (0, 32), (16, 16), (32, 0), (32, 32). A network's answer is the mean of its ten softmax outputs.
 *
 * @param size Height and width of a view, or one number for a square.
 * @throws ShapeError `SHAPE_MISMATCH` if the image is smaller than a view.
 * @throws OptionError `OPTION_INVALID` if `size` is not made of whole numbers of at least 1.
 */
export function tenViews<I extends AnyImage>(image: I, size: number | ImageSize): I[] {
  const { width, height } = asSize(size, 'tenViews');
  const { below, right } = assertRoom(image, { width, height }, 'tenViews');
  const offsets = [
    [0, 0],
    [0, right],
    [Math.floor(below / 2), Math.floor(right / 2)],
    [below, 0],
    [below, right],
  ];
  const views = offsets.map(([y, x]) => crop(image, { y, x, height, width }));
  return [...views, ...views.map(flip)];
}
