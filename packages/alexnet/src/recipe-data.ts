import { toBatch } from '@convkit/data-aug';
import { batchesOf, datasetStatistics, defineDataset, type Batches, type Dataset, type DatasetSplits, type DatasetStatistics, type Example, type RowSource, type SkipOptions } from '@convkit/datasets';
import { FormatError, sizeOf, type Tensor } from '@convkit/tensor';
import { imageFormat, inputShape, prepareColours, prepareImage, type ImageFormat } from './image-format.js';
import { viewsOf } from './network-inputs.js';
import type { Recipe } from './recipe.js';
import { rowPlaces } from './row-places.js';
import { rowWriter, type RowWriter } from './row-writer.js';

/** How images become the network's input: all that training, evaluation and prediction must agree on. */
export interface Preparation {
  /** How images are prepared, augmented and looked at. */
  readonly recipe: Recipe;
  /** Size and channels of prepared images, see {@link imageFormat}. */
  readonly format: ImageFormat;
  /** Of the prepared training images: `datasetStatistics` of `@convkit/datasets`. */
  readonly statistics: DatasetStatistics;
}

/** Evaluation batches of a recipe: an `EvaluationSource` of `@convkit/training`. */
export interface RecipeEvaluationBatches {
  /** Images in all batches together, those that cannot be read included. */
  readonly images: number;
  /** How many batches there are. */
  readonly batches: number;
  /** Views of an image whose answers are averaged: the middle, nine crops on a grid, or the ten of 2012. */
  readonly views: 1 | 9 | 10;
  /** The batch at a place, from 0. Undefined if none of its images can be read. */
  batch(index: number): Promise<
    | {
        /** `[N * views, H, W, C]`: all views of the first image, then all of the second, … */
        readonly x: Tensor;
        /** Class of each of the N images. */
        readonly labels: readonly number[];
        /** Place of each image in the data, from 0. */
        readonly places: readonly number[];
      }
    | undefined
  >;
}

/** Rows of one forward pass in evaluation: views of images. Enough to fill a device, few enough for any. */
const EVALUATION_ROWS = 100;

/** The same data with every image as the recipe wants it before anything else: in size and channels of the format. */
export function prepareDataset(dataset: Dataset, recipe: Recipe, format: ImageFormat): Dataset {
  const { name, split, length, classes } = dataset;
  const nameOf = (index: number) => dataset.nameOf(index);
  return defineDataset({ name, split, length, classes, channels: format.channels, width: format.size, height: format.size, nameOf }, async (index) => {
    const { image, label } = await dataset.item(index);
    return { image: prepareImage(recipe, format, image), label };
  });
}

/** The images that training cuts its crops out of: prepared ones, or whole ones in the right channels where the recipe resizes its crops. */
export function prepareTrainingDataset(dataset: Dataset, recipe: Recipe, format: ImageFormat): Dataset {
  if (recipe.data.crop.resized === undefined) return prepareDataset(dataset, recipe, format);
  const { name, split, length, classes } = dataset;
  const nameOf = (index: number) => dataset.nameOf(index);
  return defineDataset({ name, split, length, classes, channels: format.channels, nameOf }, async (index) => {
    const { image, label } = await dataset.item(index);
    return { image: prepareColours(recipe, format, image), label };
  });
}

/** What {@link prepareData} is told and tells. */
export interface PrepareDataOptions {
  /** Told now and then while the statistics are taken, which reads every training image once. */
  readonly onProgress?: (images: number, of: number) => void;
}

/**
 * A data set made ready to train on by a recipe: its format, both parts in it, and the statistics of the training images, which are taken only if the recipe needs them, and not again if the data
 * keep them (as `openPrepared` of `@convkit/datasets` does) and the recipe leaves size and colours of the images as they are.
 */
export async function prepareData(
  recipe: Recipe,
  raw: DatasetSplits & { readonly statistics?: DatasetStatistics },
  options: PrepareDataOptions = {},
): Promise<{
  /** Both parts, each image in the format. */
  readonly data: DatasetSplits;
  /** What everything else about the data is asked with. */
  readonly preparation: Preparation;
}> {
  const format = imageFormat(recipe, raw.train);
  const { mean, statistics: published, colourNoise } = recipe.data;
  const needed = mean !== 'channels' || published === undefined || colourNoise?.pca === 'data';
  const { width, height, channels } = raw.train;
  const unchanged = width === format.size && height === format.size && channels === format.channels && recipe.data.colours === 'rgb';
  const known = unchanged ? raw.statistics : undefined;
  return {
    data: { train: prepareTrainingDataset(raw.train, recipe, format), test: prepareDataset(raw.test, recipe, format) },
    preparation: { recipe, format, statistics: needed ? (known ?? (await datasetStatistics(prepareDataset(raw.train, recipe, format), options))) : published },
  };
}

/**
 * Shuffled and augmented batches, made by this thread: `batchesOf` {@link trainingRows}. What is drawn for an image depends on the seed, the epoch and the image alone.
 * Batches are full. What is left over at the end of an epoch comes in another one, unless the order is the same for all.
 *
 * @param data Of {@link prepareTrainingDataset}.
 * @param batch Images in a batch.
 * @throws OptionError `OPTION_INVALID` if the data have fewer images than a batch.
 *
 * @example
 * ```ts
 * import { findNetwork, trainingBatches } from '@convkit/alexnet';
 * import { datasetStatistics, defineDataset } from '@convkit/datasets';
 *
 * const { recipe, defaults: format } = findNetwork('alexnet-mini');
 * const about = { name: 'grey', split: 'train', length: 8, classes: ['a', 'b'], channels: 1, width: 28, height: 28 } as const;
 * const data = defineDataset(about, (i) => ({ image: { width: 28, height: 28, channels: 1, data: new Uint8Array(784).fill(30 * i) }, label: i % 2 }));
 * const source = trainingBatches(data, { recipe, format, statistics: await datasetStatistics(data) }, 4, 1);
 * const { x, targets } = await source.batch(0, 0);
 * console.log(source.batchesPerEpoch, x.shape, targets.shape); // 2 [ 4, 26, 26, 1 ] [ 4, 10 ]
 * ```
 */
export function trainingBatches(data: Dataset, preparation: Preparation, batch: number, seed: number): Batches {
  return batchesOf(trainingRows(data, preparation, batch, seed));
}

/**
 * The rows of {@link trainingBatches}, for `openLoader` and `serveRows` of `@convkit/datasets`, which have them made by workers.
 *
 * @param data Of {@link prepareTrainingDataset}.
 * @param batch Images in a batch.
 * @throws OptionError `OPTION_INVALID` if the data have fewer images than a batch.
 */
export function trainingRows(data: Dataset, { recipe, format, statistics }: Preparation, batch: number, seed: number): RowSource {
  const places = rowPlaces(recipe, data.length, batch, seed);
  const rowShape = inputShape(recipe, format);
  const size = sizeOf(rowShape);
  let recent: { readonly epoch: number; readonly write: RowWriter } | undefined;
  return {
    batchesPerEpoch: places.batchesPerEpoch,
    batch,
    rowShape,
    classes: format.classes,
    async rows(epoch, index, first, last, into) {
      if (recent?.epoch !== epoch) recent = { epoch, write: rowWriter(recipe, format, statistics, epoch) };
      const { write } = recent;
      return await Promise.all(
        places.of(epoch, index, first, last).map(async ({ item, place, colour }, i) => {
          const { image, label } = await data.item(item);
          write(image, place, colour, into.subarray(i * size, (i + 1) * size));
          return label;
        }),
      );
    },
  };
}

/**
 * All images in order, each in one view, nine or ten.
 *
 * With `onSkip` an image that cannot be read is told, once, and left out; if none can be read, the last batch throws the first one's error. Without, the first of them ends it with its error.
 *
 * @param data Of {@link prepareDataset}.
 */
export function evaluationBatches(data: Dataset, { recipe, format, statistics }: Preparation, views: 1 | 9 | 10, { onSkip }: SkipOptions = {}): RecipeEvaluationBatches {
  const size = Math.floor(EVALUATION_ROWS / views);
  const unreadable = new Map<number, FormatError>();
  const read = async (index: number): Promise<Example | undefined> => {
    try {
      return await data.item(index);
    } catch (error) {
      if (onSkip === undefined || !(error instanceof FormatError)) throw error;
      if (!unreadable.has(index)) onSkip({ index, name: data.nameOf(index), reason: error.summary });
      unreadable.set(index, error);
      if (unreadable.size === data.length) throw unreadable.get(0) ?? error;
      return undefined;
    }
  };
  return {
    images: data.length,
    batches: Math.ceil(data.length / size),
    views,
    async batch(index) {
      const items = Array.from({ length: Math.min(size, data.length - index * size) }, (_, i) => index * size + i);
      const found = await Promise.all(items.map(read));
      const places = items.filter((_, i) => found[i] !== undefined);
      const examples = found.filter((example) => example !== undefined);
      if (examples.length === 0) return undefined;
      return { x: toBatch(examples.flatMap(({ image }) => viewsOf(recipe, format, statistics, image, views))), labels: examples.map(({ label }) => label), places };
    },
  };
}
