import type { PastEvaluation } from '@convkit/optim';
import { OptionError } from '@convkit/tensor';

/** What a judgement is held to: `top1`, better when it is larger, or `loss`, better when it is smaller. */
export type Metric = 'top1' | 'loss';

/** When a run that does not get better any more ends. */
export interface EarlyStopping {
  /** How many judgements in a row may pass without a new best before the next such one ends the run; a whole number of at least 0. */
  readonly patience: number;
  /** Default `top1`. */
  readonly metric?: Metric;
  /** A new best is better than the old one by more than this, at least 0. Default 0. */
  readonly threshold?: number;
  /**
   * Whether the run ends with the weights of the best judgement instead of the last ones. They come from the best checkpoint, so `checkpoints.best` must be the same metric.
   * Default: whether it is.
   */
  readonly restoreBest?: boolean;
}

/** @throws OptionError `OPTION_INVALID` */
export function assertEarlyStopping({ patience, metric = 'top1', threshold = 0, restoreBest }: EarlyStopping, best: Metric | undefined): void {
  if (!(Number.isSafeInteger(patience) && patience >= 0)) throw invalid(`patience is ${patience}, but must be a whole number of at least 0.`);
  if (metric !== 'top1' && metric !== 'loss') throw invalid(`metric is "${String(metric)}", but must be "top1" or "loss".`);
  if (!(threshold >= 0 && threshold < Infinity)) throw invalid(`threshold is ${threshold}, but must be at least 0.`);
  if (restoreBest === true && best !== metric) throw invalid(`restoreBest needs checkpoints with best: "${metric}", from which the weights come.`);
}

/**
 * Whether a run is over by these judgements, oldest first: more than `patience` in a row were no new best. NaN is none.
 *
 * @example
 * ```ts
 * import { stopsEarly } from '@convkit/training';
 *
 * const judgements = [0.5, 0.6, 0.59, 0.6].map((top1, i) => ({ step: 100 * (i + 1), epoch: i + 1, loss: 1, top1 }));
 * console.log(stopsEarly({ patience: 1 }, judgements.slice(0, 3)), stopsEarly({ patience: 1 }, judgements)); // false true
 * ```
 */
export function stopsEarly({ patience, metric = 'top1', threshold = 0 }: EarlyStopping, evaluations: readonly PastEvaluation[]): boolean {
  let best = -Infinity;
  let bad = 0;
  for (const evaluation of evaluations) {
    const value = goodness(evaluation, metric);
    if (value > best + threshold) {
      best = value;
      bad = 0;
    } else bad++;
  }
  return bad > patience;
}

/** Whether the last judgement is better than all before it. NaN never is. */
export function isBest(evaluations: readonly PastEvaluation[], metric: Metric): boolean {
  const last = evaluations.at(-1);
  return last !== undefined && evaluations.slice(0, -1).every((earlier) => !(goodness(earlier, metric) >= goodness(last, metric))) && !Number.isNaN(last[metric]);
}

/** Larger is better. */
function goodness(evaluation: PastEvaluation, metric: Metric): number {
  return metric === 'top1' ? evaluation.top1 : -evaluation.loss;
}

function invalid(message: string): OptionError {
  return new OptionError({ code: 'OPTION_INVALID', message: `earlyStopping: ${message}` });
}
