import { ShapeError } from '@convkit/tensor';

import { assertImage, formatImage, isSize, type AnyImage } from './image.js';
import type { ColourPca, Rgb } from './pca-noise.js';
import { symmetricEigen } from './symmetric-eigen.js';

/** What {@link PixelSums} holds, as plain numbers that can be kept in a file or sent by a worker. Whole numbers for images of bytes. */
export interface PixelTotals {
  /** How many pixels were added, over all images. */
  readonly pixels: number;
  /** Sum of each channel. */
  readonly sums: readonly number[];
  /** Sums of the products of channels i and j, for 3 channels in the order 00, 01, 02, 11, 12, 22. */
  readonly products: readonly number[];
}

/**
 * Sums over the pixels of any number of images, which are added one at a time and not kept; mean, deviation and main colour axes follow from them.
 * Sums of bytes are exact up to 138,000 million pixels, more than all of ImageNet at 256x256, so the order of the images does not matter; sums of floats are rounded in double precision.
 *
 * @example
 * ```ts
 * import { pcaNoise, PixelSums } from '@convkit/data-aug';
 *
 * const sums = new PixelSums(3);
 * sums.add({ width: 2, height: 1, channels: 3, data: new Uint8Array([10, 20, 30, 20, 40, 60]) });
 * sums.add({ width: 1, height: 1, channels: 3, data: new Uint8Array([30, 30, 30]) });
 * console.log(sums.mean()); // [ 20, 30, 40 ]
 * const pca = sums.colourPca();
 * console.log(pca.deviations.map((deviation) => deviation.toFixed(2)).join()); // 0.00,8.86,15.96
 * const noise = pcaNoise({ pca });
 * ```
 */
export class PixelSums {
  /** Channels of every image that is added. */
  readonly channels: number;
  #pixels = 0;
  readonly #sums: Float64Array;
  /** Of the products of channels i and j, at [i][j], j >= i. */
  readonly #products: readonly Float64Array[];

  /**
   * @param channels Of every image that will be added.
   * @throws ShapeError `SHAPE_INVALID` if it is not a whole number of at least 1.
   */
  constructor(channels: number) {
    if (!isSize(channels)) throw new ShapeError({ code: 'SHAPE_INVALID', message: `PixelSums: channels is ${channels}, but must be a whole number of at least 1.` });
    this.channels = channels;
    this.#sums = new Float64Array(channels);
    this.#products = Array.from({ length: channels }, () => new Float64Array(channels));
  }

  /** Pixels added so far. */
  get pixels(): number {
    return this.#pixels;
  }

  /**
   * Adds all pixels of an image, of any size.
   *
   * @throws ShapeError `SHAPE_MISMATCH` if the image has other channels; `SHAPE_INVALID`, `SHAPE_MISMATCH` if it contradicts itself.
   */
  add(image: AnyImage): void {
    assertImage(image, 'PixelSums');
    const { channels, data } = image;
    if (channels !== this.channels) {
      throw new ShapeError({
        code: 'SHAPE_MISMATCH',
        message: `PixelSums: an image is ${formatImage(image)}, but the channels of these sums are ${this.channels}.`,
        help: 'turn all images into RGB with toRgb, or into grey with toGrey.',
      });
    }
    this.#pixels += data.length / channels;
    for (let i = 0; i < channels; i++) {
      let sum = 0;
      for (let at = i; at < data.length; at += channels) sum += data[at];
      this.#sums[i] += sum;
      for (let j = i; j < channels; j++) {
        let product = 0;
        for (let at = 0; at < data.length; at += channels) product += data[at + i] * data[at + j];
        this.#products[i][j] += product;
      }
    }
  }

  /** What was added so far. */
  get totals(): PixelTotals {
    return { pixels: this.#pixels, sums: [...this.#sums], products: this.#products.flatMap((row, i) => [...row.subarray(i)]) };
  }

  /**
   * Adds what other sums hold: those of two halves together are those of the whole.
   *
   * @throws ShapeError `SHAPE_MISMATCH` if they are of other channels.
   */
  addTotals({ pixels, sums, products }: PixelTotals): void {
    const { channels } = this;
    if (sums.length !== channels || products.length !== (channels * (channels + 1)) / 2) {
      throw new ShapeError({
        code: 'SHAPE_MISMATCH',
        message: `PixelSums: totals of ${sums.length} sums and ${products.length} products were added, but the channels of these sums are ${channels}.`,
      });
    }
    this.#pixels += pixels;
    let next = 0;
    for (let i = 0; i < channels; i++) {
      this.#sums[i] += sums[i];
      for (let j = i; j < channels; j++) this.#products[i][j] += products[next++];
    }
  }

  /**
   * Mean of each channel.
   *
   * @throws ShapeError `SHAPE_INVALID` if no image was added.
   */
  mean(): number[] {
    if (this.#pixels === 0) throw new ShapeError({ code: 'SHAPE_INVALID', message: 'PixelSums: no image was added, so there is nothing to tell.' });
    return Array.from(this.#sums, (sum) => sum / this.#pixels);
  }

  /**
   * Covariance of each pair of channels, divided by the number of pixels (not by one less): row i, column j.
   *
   * @throws ShapeError `SHAPE_INVALID` if no image was added.
   */
  covariance(): number[][] {
    const mean = this.mean();
    return mean.map((_, i) => mean.map((_, j) => this.#products[Math.min(i, j)][Math.max(i, j)] / this.#pixels - mean[i] * mean[j]));
  }

  /**
   * Standard deviation of each channel, the square root of the diagonal of {@link PixelSums.covariance}.
   *
   * @throws ShapeError `SHAPE_INVALID` if no image was added.
   */
  deviation(): number[] {
    return this.covariance().map((row, i) => deviationOf(row[i]));
  }

  /**
   * The main axes of the colours: eigenvectors of the covariance over all RGB pixels (section 4.1 of the 2012 paper), and as deviations the square roots of its eigenvalues, smallest first,
   * as `IMAGENET_PCA` has them. An axis and its opposite are the same axis; here the first component above 1e-6 in size, which is red as good as always, is positive.
   * The same sums give the same numbers, to the bit, on every engine.
   *
   * @throws ShapeError `SHAPE_MISMATCH` if there are not three channels; `SHAPE_INVALID` if no image was added.
   */
  colourPca(): ColourPca {
    if (this.channels !== 3) {
      throw new ShapeError({ code: 'SHAPE_MISMATCH', message: `PixelSums: colourPca needs 3 channels, but the channels of these sums are ${this.channels}.` });
    }
    const { values, vectors } = symmetricEigen(this.covariance());
    const [first, second, third] = vectors.map(([red, green, blue]): Rgb => {
      const leading = [red, green, blue].find((component) => Math.abs(component) > 1e-6) ?? 1;
      return leading < 0 ? [-red, -green, -blue] : [red, green, blue];
    });
    return { deviations: [deviationOf(values[0]), deviationOf(values[1]), deviationOf(values[2])], axes: [first, second, third] };
  }
}

/** Rounding can leave a variance of 0 a little below it. */
function deviationOf(variance: number): number {
  return Math.sqrt(Math.max(0, variance));
}
