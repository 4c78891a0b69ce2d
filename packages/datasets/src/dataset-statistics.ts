import { PixelSums, type ColourPca, type FloatImage } from '@convkit/data-aug';
import { ShapeError } from '@convkit/tensor';

import type { Dataset } from './dataset.js';

/** What {@link datasetStatistics} finds, on the scale 0 to 255. */
export interface DatasetStatistics {
  /** Mean of each channel over all pixels. */
  readonly mean: readonly number[];
  /** Standard deviation of each channel over all pixels (divided by their number, not by one less). */
  readonly deviation: readonly number[];
  /** Mean of each value over all images; absent if images differ in size. */
  readonly meanImage?: FloatImage;
  /** Main axes of the colours over all pixels, for `pcaNoise` of `@convkit/data-aug`; absent unless images have three channels. */
  readonly pca?: ColourPca;
}

/** What {@link datasetStatistics} is told. */
export interface DatasetStatisticsOptions {
  /** Told now and then how many of the images are counted in, in the end all of them. */
  readonly onProgress?: (images: number, of: number) => void;
}

/** Images asked for at once: enough to keep decoders busy, few enough to hold. */
const AHEAD = 64;

/**
 * Mean and deviation of each channel, the mean image, and the main axes of the colours. Reads every image once and holds a few at a time. Sums of bytes are exact, so the order does not matter.
 *
 * @throws ShapeError `SHAPE_MISMATCH` if an image has other channels than the data set says; what {@link Dataset.item} throws.
 *
 * @example
 * ```ts
 * import { datasetStatistics, idxDataset } from '@convkit/datasets';
 *
 * const images = { name: 'images', bytes: new Uint8Array([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1, 10, 20]) };
 * const labels = { name: 'labels', bytes: new Uint8Array([0, 0, 8, 1, 0, 0, 0, 2, 0, 0]) };
 * const { mean, deviation } = await datasetStatistics(await idxDataset({ name: 'tiny', split: 'train', images, labels }));
 * console.log(mean, deviation); // [ 15 ] [ 5 ]
 * ```
 */
export async function datasetStatistics(dataset: Dataset, { onProgress }: DatasetStatisticsOptions = {}): Promise<DatasetStatistics> {
  const { channels, width, height, length } = dataset;
  const sums = new PixelSums(channels);
  const pixelSums = width === undefined || height === undefined ? undefined : new Float64Array(width * height * channels);
  for (let first = 0; first < length; first += AHEAD) {
    const indices = Array.from({ length: Math.min(AHEAD, length - first) }, (_, i) => first + i);
    for (const { image } of await Promise.all(indices.map((index) => dataset.item(index)))) {
      const { data } = image;
      if (image.channels !== channels || (pixelSums !== undefined && pixelSums.length !== data.length)) {
        throw new ShapeError({
          code: 'SHAPE_MISMATCH',
          message: `${dataset.name}/${dataset.split}: an image of ${image.height}x${image.width}x${image.channels} is not what the data set says.`,
          values: { 'data set': `${height ?? 'any'}x${width ?? 'any'}x${channels}` },
        });
      }
      sums.add(image);
      if (pixelSums !== undefined) for (let i = 0; i < data.length; i++) pixelSums[i] += data[i];
    }
    onProgress?.(first + indices.length, length);
  }
  return {
    mean: sums.mean(),
    deviation: sums.deviation(),
    ...(pixelSums !== undefined && width !== undefined && height !== undefined && { meanImage: { width, height, channels, data: Float32Array.from(pixelSums, (sum) => sum / length) } }),
    ...(channels === 3 && { pca: sums.colourPca() }),
  };
}
