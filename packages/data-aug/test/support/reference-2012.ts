/**
 * The augmentation of the 2012 training and test, slow and obvious: the package's functions, and pipelines made of them, are held against it.
 * It shares no code with the package and draws nothing; what was drawn is handed in. Source: cuda-convnet, `convdata_jpeg.py`.
 *
 * Pictures and results are values at (y, x, c), index (y * width + x) * 3 + c. Every stored value is rounded to single precision, as in the arrays of the original.
 */

/** A picture of three channels: an `Image` or a `FloatImage` of the package is one. */
export interface Picture2012 {
  readonly width: number;
  readonly height: number;
  readonly data: ArrayLike<number>;
}

/** Where a crop begins, and whether it is mirrored. In 2012 drawn once for 32 images in a row. */
export interface Place2012 {
  readonly y: number;
  readonly x: number;
  readonly flipped: boolean;
}

/** Deviations s and axes V of the colours, an axis a row. */
export interface Colours2012 {
  readonly deviations: readonly number[];
  readonly axes: readonly (readonly number[])[];
}

/** All values of one picture after each step of training; `divided` is what the network gets. */
export interface Steps2012 {
  readonly cropped: readonly number[];
  readonly mirrored: readonly number[];
  readonly centred: readonly number[];
  readonly shifted: readonly number[];
  readonly divided: readonly number[];
}

/** Images in a row that share one place. */
const CHUNK = 32;

function valueAt(picture: Picture2012, y: number, x: number, c: number): number {
  return picture.data[(y * picture.width + x) * 3 + c];
}

/** A square of values, one at a time. */
function square(size: number, value: (y: number, x: number, c: number) => number): number[] {
  const values: number[] = [];
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      for (let c = 0; c < 3; c++) values.push(Math.fround(value(y, x, c)));
    }
  }
  return values;
}

/** The crop at a place, mirrored or not, minus the middle of the mean picture, wherever the crop was taken. */
function centredCrop(picture: Picture2012, mean: Picture2012, size: number, place: Place2012): Pick<Steps2012, 'cropped' | 'mirrored' | 'centred'> {
  const border = Math.floor((mean.width - size) / 2);
  const cropped = square(size, (y, x, c) => valueAt(picture, place.y + y, place.x + x, c));
  const mirrored = square(size, (y, x, c) => cropped[(y * size + (place.flipped ? size - 1 - x : x)) * 3 + c]);
  const centred = square(size, (y, x, c) => mirrored[(y * size + x) * 3 + c] - valueAt(mean, border + y, border + x, c));
  return { cropped, mirrored, centred };
}

/**
 * A training picture after each step: crop, mirror image, mean, one colour shift n = V (z s 0.1) for all pixels, and everything divided by 1.1.
 *
 * @param mean Square, of the size of the picture.
 * @param size Of the crop: 224 of 256 in 2012.
 * @param normals The three standard normal numbers z of this picture, one for each axis.
 */
export function trainingSteps2012(picture: Picture2012, mean: Picture2012, size: number, place: Place2012, normals: readonly number[], colours: Colours2012): Steps2012 {
  const { cropped, mirrored, centred } = centredCrop(picture, mean, size, place);
  const noise = [0, 0, 0];
  for (let c = 0; c < 3; c++) {
    for (let axis = 0; axis < 3; axis++) noise[c] += colours.axes[axis][c] * (normals[axis] * colours.deviations[axis] * 0.1);
  }
  const shifted = square(size, (y, x, c) => centred[(y * size + x) * 3 + c] + noise[c]);
  const divided = square(size, (y, x, c) => shifted[(y * size + x) * 3 + c] / 1.1);
  return { cropped, mirrored, centred, shifted, divided };
}

/**
 * The pictures of a batch after each step of training: 32 in a row share a place, every one has its own colour shift.
 *
 * @param places One for every 32 pictures.
 * @param normals Three for every picture.
 */
export function trainingBatch2012(
  pictures: readonly Picture2012[],
  mean: Picture2012,
  size: number,
  places: readonly Place2012[],
  normals: readonly (readonly number[])[],
  colours: Colours2012,
): Steps2012[] {
  return pictures.map((picture, i) => trainingSteps2012(picture, mean, size, places[Math.floor(i / CHUNK)], normals[i], colours));
}

/** A test picture: the middle, minus the mean, without noise and undivided. */
export function testView2012(picture: Picture2012, mean: Picture2012, size: number): readonly number[] {
  const border = Math.floor((picture.width - size) / 2);
  return centredCrop(picture, mean, size, { y: border, x: border, flipped: false }).centred;
}

/** The ten views of a test picture in the order of the original: corners and middle, then the same mirrored; for 224 of 256 at (0, 0), (0, 32), (16, 16), (32, 0), (32, 32). */
export function tenViews2012(picture: Picture2012, mean: Picture2012, size: number): (readonly number[])[] {
  const far = picture.width - size;
  const near = Math.floor(far / 2);
  const views: (readonly number[])[] = [];
  for (const flipped of [false, true]) {
    for (const [y, x] of [[0, 0], [0, far], [near, near], [far, 0], [far, far]]) views.push(centredCrop(picture, mean, size, { y, x, flipped }).centred);
  }
  return views;
}
