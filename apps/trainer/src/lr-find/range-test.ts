import { buildNetwork, recipeOptimiser, recipeSchedule, type Preparation } from '@convkit/alexnet';
import type { Device } from '@convkit/tensor';
import { DivergedError, train, type BatchSource } from '@convkit/training';
import { smoother, type RangePoint } from './suggest-rate.js';

/** What {@link rangeTest} needs. Device and source are borrowed. */
export interface RangeTestOptions {
  readonly device: Device;
  readonly preparation: Preparation;
  readonly source: BatchSource;
  readonly seed: number;
  /** First and last rate of the weights. */
  readonly from: number;
  readonly to: number;
  /** Updates, at least 2. */
  readonly steps: number;
  readonly onStep: (point: RangePoint) => void;
  /** Whether to end after the running update. */
  readonly stopped: () => boolean;
}

/** Why a range test ended: it was through, the loss was four times its best or no number any more, or somebody asked. */
export type RangeEnd = 'finished' | 'exploded' | 'stopped';

/** Rates by the name of the parameter. */
type Rates = ReturnType<typeof recipeSchedule>;

/** Times the best smoothed loss at which the rate is too high beyond doubt. */
const explosion = 4;

/** Trains new weights by a recipe while the rate rises by a constant factor with every update, and throws them away. */
export async function rangeTest({ device, preparation: { recipe, format }, source, seed, from, to, steps, onStep, stopped }: RangeTestOptions): Promise<{ readonly points: readonly RangePoint[]; readonly end: RangeEnd }> {
  const points: RangePoint[] = [];
  const smooth = smoother();
  let best = Infinity;
  try {
    for await (const event of train({ device, network: buildNetwork(recipe.network, format), source, optimiser: recipeOptimiser(recipe), schedule: risingRates(recipeSchedule(recipe), from, to, steps), steps, seed })) {
      if (event.type !== 'step') continue;
      const { step, lr: rate, loss } = event;
      const point = { step, rate, loss, smoothed: smooth(loss) };
      points.push(point);
      onStep(point);
      if (point.smoothed > explosion * best) return { points, end: 'exploded' };
      if (stopped()) return { points, end: 'stopped' };
      best = Math.min(best, point.smoothed);
    }
  } catch (error) {
    if (error instanceof DivergedError) return { points, end: 'exploded' };
    throw error;
  }
  return { points, end: 'finished' };
}

/** Rates that rise from update to update by one factor, those of all parameters in the proportion that a schedule begins with. */
export function risingRates(schedule: Rates, from: number, to: number, steps: number): Rates {
  const first = schedule({ step: 0, epoch: 0 });
  return ({ step }) => {
    const common = from * (to / from) ** (step / (steps - 1));
    return { common, of: (name) => (first.of(name) * common) / first.common };
  };
}
