import { buildNetwork, evaluationBatches, findNetwork, predict, prepareData, recipeOptimiser, recipeSchedule, trainingBatches, type Preparation } from '@convkit/alexnet';
import type { Dataset, DatasetSplits } from '@convkit/datasets';
import { releaseAll, uploadParameters, type Sequential } from '@convkit/layers';
import type { Device, Tensor } from '@convkit/tensor';
import { train, type TrainingRun } from '@convkit/training';
import type { Settings } from './settings.js';

/** A network, and how images are made ready for it. */
export interface Model {
  readonly network: Sequential;
  readonly preparation: Preparation;
  readonly data: DatasetSplits;
}

/** What a network says of an image. */
export interface Guess {
  readonly width: number;
  readonly height: number;
  /** Grey, one byte a pixel. */
  readonly pixels: Uint8Array;
  readonly truth: string;
  readonly guess: string;
  readonly probability: number;
}

/** `alexnet-mini` for a data set. */
export async function prepareModel(raw: DatasetSplits): Promise<Model> {
  const mini = findNetwork('alexnet-mini');
  const { data, preparation } = await prepareData(mini.recipe, raw);
  return { network: buildNetwork(mini.design, preparation.format), preparation, data };
}

/** Trains it. The same settings give the same run as the command `alexnet train` with them. */
export function startRun({ network, preparation, data }: Model, device: Device, { steps, batch, seed, testImages }: Settings): TrainingRun {
  const { recipe } = preparation;
  return train({
    device,
    network,
    source: trainingBatches(data.train, preparation, batch, seed),
    optimiser: recipeOptimiser(recipe),
    schedule: recipeSchedule(recipe),
    steps,
    seed,
    evaluation: evaluationBatches(firstOf(data.test, testImages), preparation, 1),
  });
}

/** What a trained network says of the first test images. */
export async function guess({ network, preparation, data }: Model, device: Device, weights: ReadonlyMap<string, Tensor>, count: number): Promise<Guess[]> {
  const { recipe, format, statistics } = preparation;
  const examples = await Promise.all(Array.from({ length: count }, (_, i) => data.test.item(i)));
  const parameters = await uploadParameters(device, weights);
  try {
    const { data: probabilities } = await predict({ device, network, parameters, recipe, format, statistics }, examples.map(({ image }) => image));
    return examples.map(({ image, label }, i) => {
      const row = probabilities.subarray(i * format.classes, (i + 1) * format.classes);
      const best = row.indexOf(Math.max(...row));
      return { width: image.width, height: image.height, pixels: Uint8Array.from(image.data), truth: data.test.classes[label], guess: data.test.classes[best], probability: row[best] };
    });
  } finally {
    releaseAll(parameters.values());
  }
}

function firstOf(dataset: Dataset, length: number): Dataset {
  return { ...dataset, length: Math.min(length, dataset.length) };
}
