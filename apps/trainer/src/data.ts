import { prepareImage, trainingSteps, viewsOf, type ImageFormat, type Recipe } from '@convkit/alexnet';
import { augment, toBatch } from '@convkit/data-aug';
import { fashionMnist, loadFashionMnist } from '@convkit/dataset-fashion-mnist';
import { Sampler, defineDataset, idxDataset, loadDataset, type Dataset, type DatasetSplits, type DatasetStatistics } from '@convkit/datasets';
import { OptionError, RandomStream } from '@convkit/tensor';
import { oneHot, type BatchSource, type EvaluationSource } from '@convkit/training';
import { resolve } from 'node:path';

/** How images become the network's input: all that training, evaluation and prediction must agree on. */
export interface Preparation {
  readonly recipe: Recipe;
  readonly format: ImageFormat;
  readonly statistics: DatasetStatistics;
}

/** Rows of one forward pass in evaluation: views of images. Enough to fill a device, few enough for any. */
const evaluationRows = 100;

/** The data a run names, with paths made absolute, so that it can be found again from anywhere. @throws OptionError `NAME_UNKNOWN` */
export function resolveData(description: string): string {
  if (description === fashionMnist.name) return description;
  const [kind, ...rest] = description.split(':');
  const path = rest.join(':');
  if (!['idx', 'cifar10', 'folder'].includes(kind) || path === '') {
    throw new OptionError({
      code: 'NAME_UNKNOWN',
      message: `--data ${description} is not known: take fashion-mnist, cifar10:PATH, idx:PATH or folder:PATH.`,
      help: 'alexnet train --help shows an example of each.',
    });
  }
  return `${kind}:${resolve(path)}`;
}

/** Opens the data set of a resolved description. @throws FormatError naming the file */
export async function openData(description: string): Promise<DatasetSplits> {
  if (description !== fashionMnist.name) return loadDataset(description);
  const { train, test } = await loadFashionMnist();
  const { name, classes } = fashionMnist;
  return { train: await idxDataset({ name, classes, split: 'train', ...train }), test: await idxDataset({ name, classes, split: 'test', ...test }) };
}

/** The same data with every image as the recipe wants it before anything else. */
export function prepared(dataset: Dataset, format: ImageFormat): Dataset {
  const { name, split, length, classes } = dataset;
  return defineDataset({ name, split, length, classes, channels: format.channels, width: format.size, height: format.size }, async (index) => {
    const { image, label } = await dataset.item(index);
    return { image: prepareImage(format, image), label };
  });
}

/** Shuffled and augmented batches; what is drawn for an image depends on seed, epoch and image alone. @param data Prepared. */
export function trainingBatches(data: Dataset, { recipe, format, statistics }: Preparation, batch: number, seed: number): BatchSource {
  const sampler = new Sampler({ length: data.length, batch, seed });
  const draws = new RandomStream(seed, 'augment');
  const steps = trainingSteps(recipe, format, statistics);
  return {
    batchesPerEpoch: sampler.batchesPerEpoch,
    async batch(epoch, index) {
      const indices = [...sampler.at(epoch * sampler.batchesPerEpoch + index).indices];
      const examples = await Promise.all(indices.map((item) => data.item(item)));
      return {
        x: toBatch(examples.map(({ image }, i) => augment(image, steps, draws.at(epoch, indices[i])).image)),
        targets: oneHot(examples.map(({ label }) => label), format.classes),
      };
    },
  };
}

/** All images in order, each in one view or ten. @param data Prepared. */
export function evaluationBatches(data: Dataset, { recipe, format, statistics }: Preparation, views: 1 | 10): EvaluationSource {
  const size = evaluationRows / views;
  return {
    images: data.length,
    batches: Math.ceil(data.length / size),
    views,
    async batch(index) {
      const items = Array.from({ length: Math.min(size, data.length - index * size) }, (_, i) => index * size + i);
      const examples = await Promise.all(items.map((item) => data.item(item)));
      return { x: toBatch(examples.flatMap(({ image }) => viewsOf(recipe, format, statistics, image, views))), labels: examples.map(({ label }) => label) };
    },
  };
}
