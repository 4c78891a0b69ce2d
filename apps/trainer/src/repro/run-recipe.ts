import { buildNetwork, evaluationBatches, recipeOptimiser, recipeSchedule, trainingBatches, type Preparation } from '@convkit/alexnet';
import type { DatasetSplits } from '@convkit/datasets';
import type { Device } from '@convkit/tensor';
import { train, type TrainingEvent } from '@convkit/training';

/** A recipe on data made ready for it. */
export interface RecipeRun {
  readonly device: Device;
  readonly preparation: Preparation;
  /** Of `prepareData`. */
  readonly data: DatasetSplits;
  readonly seed: number;
  /** Default: the recipe's epochs. */
  readonly steps?: number;
  /** Whether to judge at the end. */
  readonly judge: boolean;
}

/** Trains by a recipe and keeps nothing. Leaving the stream ends the run. */
export function runRecipe({ device, preparation, data, seed, steps, judge }: RecipeRun): AsyncGenerator<TrainingEvent, void, void> {
  const { recipe, format } = preparation;
  const source = trainingBatches(data.train, preparation, recipe.training.batch, seed);
  const all = recipe.training.epochs * source.batchesPerEpoch;
  return train({
    device,
    network: buildNetwork(recipe.network, format),
    source,
    optimiser: recipeOptimiser(recipe),
    schedule: recipeSchedule(recipe),
    steps: steps ?? all,
    seed,
    ...(judge ? { evaluation: evaluationBatches(data.test, preparation, recipe.evaluation.views), evaluateEvery: Math.max(1, recipe.training.epochs) } : {}),
  });
}
