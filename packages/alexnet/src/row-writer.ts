import { augment, centreCrop, type AnyImage, type Rgb } from '@convkit/data-aug';
import type { RandomDraws } from '@convkit/tensor';
import type { ImageFormat } from './image-format.js';
import { trainingParts, trainingSteps, type PixelStatistics } from './network-inputs.js';
import type { Recipe } from './recipe.js';

/** Writes a prepared image as training wants it: crop and mirror image by the first draws, colour noise by the second, into memory of exactly the size of the network's input. */
export type RowWriter = (image: AnyImage, placeDraws: RandomDraws, colourDraws: RandomDraws, row: Float32Array) => void;

/**
 * {@link trainingSteps} in one go: the same bits without an image for every step in between, which takes a fifth of the time for a crop of 224 pixels.
 * What it does not know, and what is wrong with an image, is left to the steps themselves.
 */
export function rowWriter(recipe: Recipe, format: ImageFormat, statistics: PixelStatistics, epoch: number): RowWriter {
  const { place, colour } = trainingSteps(recipe, format, statistics, epoch);
  const plainly: RowWriter = (image, placeDraws, colourDraws, row) => row.set(augment(augment(image, place, placeDraws).image, colour, colourDraws).image.data);

  const { size, cut, resizes, mirror, mean, inPlace, noise, divisor, factors } = trainingParts(recipe, format, statistics, epoch);
  const { channels } = format;
  const whole = 'data' in mean ? mean : undefined;
  if ((resizes && inPlace) || (noise !== undefined && channels !== 3)) return plainly;
  if (whole !== undefined && (whole.channels !== channels || whole.width < size || whole.height < size)) return plainly;
  const means = 'data' in mean ? (inPlace ? mean.data : centreCrop(mean, size).data) : Float64Array.from(mean);

  return (image, placeDraws, colourDraws, row) => {
    const fits = image.channels === channels && image.data.length === image.width * image.height * channels && row.length === size * size * channels;
    if (!fits || (inPlace && (image.width !== whole?.width || image.height !== whole.height))) return plainly(image, placeDraws, colourDraws, row);
    const box = cut.draw(image, placeDraws);
    const flipped = mirror?.draw(box, placeDraws).flipped ?? false;
    const { width, data } = resizes ? cut.apply(image, box) : image;
    // The first pixel of the first row, and the ways from pixel to pixel and from row to row.
    const corner = ((resizes ? 0 : box.y * width + box.x) + (flipped ? size - 1 : 0)) * channels;
    const from: Walk = { start: corner, pixel: flipped ? -channels : channels, row: width * channels };
    const meanFrom = inPlace ? from : whole === undefined ? still : { start: 0, pixel: channels, row: size * channels };
    const shift = noise?.draw(image, colourDraws).shift ?? noShift;
    if (channels === 3) subtractAndShift(data, from, means, meanFrom, shift, divisor, row, size);
    else subtract(data, from, means, meanFrom, row, size, channels);
    if (factors !== undefined) {
      for (let i = 0; i < row.length; i += channels) for (let c = 0; c < channels; c++) row[i + c] *= factors[c];
    }
  };
}

/** How to go through the pixels of a square in an array. */
interface Walk {
  readonly start: number;
  readonly pixel: number;
  readonly row: number;
}

/** One pixel for all. */
const still: Walk = { start: 0, pixel: 0, row: 0 };

/** What every number keeps its bits with, 0 as well, when it is added. */
const noShift: Rgb = [-0, -0, -0];

/** Both steps round once, to a Float32Array or as if to one. The ways are numbers of its own here, which are not looked up for every pixel. */
function subtractAndShift(data: ArrayLike<number>, { start, pixel, row }: Walk, means: ArrayLike<number>, meanFrom: Walk, [red, green, blue]: Rgb, divisor: number, out: Float32Array, size: number): void {
  const { start: meanStart, pixel: meanPixel, row: meanRow } = meanFrom;
  let to = 0;
  for (let y = 0; y < size; y++) {
    let at = start + y * row;
    let mean = meanStart + y * meanRow;
    for (let x = 0; x < size; x++) {
      out[to] = (Math.fround(data[at] - means[mean]) + red) / divisor;
      out[to + 1] = (Math.fround(data[at + 1] - means[mean + 1]) + green) / divisor;
      out[to + 2] = (Math.fround(data[at + 2] - means[mean + 2]) + blue) / divisor;
      to += 3;
      at += pixel;
      mean += meanPixel;
    }
  }
}

function subtract(data: ArrayLike<number>, from: Walk, means: ArrayLike<number>, meanFrom: Walk, out: Float32Array, size: number, channels: number): void {
  let to = 0;
  for (let y = 0; y < size; y++) {
    let at = from.start + y * from.row;
    let mean = meanFrom.start + y * meanFrom.row;
    for (let x = 0; x < size; x++) {
      for (let c = 0; c < channels; c++) out[to++] = data[at + c] - means[mean + c];
      at += from.pixel;
      mean += meanFrom.pixel;
    }
  }
}
