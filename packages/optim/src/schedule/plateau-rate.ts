import { assertKnownOptions } from '@convkit/tensor';
import { assertRate, invalid } from './checks.js';
import type { Schedule } from './progress.js';

/** Options of {@link plateauRate}. */
export interface PlateauRateOptions {
  /** The first rate. */
  readonly rate: number;
  /** What the rate is multiplied by, below 1. Default 0.1. */
  readonly factor?: number;
  /** How many judgements in a row may pass without a new best before the next such one lowers the rate; a whole number of at least 0. */
  readonly patience: number;
  /** A new best is better than the old one by more than this, at least 0. Default 0. */
  readonly threshold?: number;
  /** What is judged: `top1`, better when it is larger, or `loss`, better when it is smaller. Default `top1`. */
  readonly metric?: 'top1' | 'loss';
  /** The rate does not fall below it. Default 0. */
  readonly least?: number;
}

/**
 * A rate that is lowered when the validation error has stopped improving.
 *
 * The judgements of the run are read from the oldest on. One that is better than the best so far by more than `threshold` becomes the best; any other, NaN included, is a bad one.
 * When more than `patience` bad ones have come in a row the rate becomes `max(rate · factor, least)` and the count begins anew; the best stays.
 * Without judgements the rate is the first one.
 *
 * Source: Krizhevsky, Sutskever, Hinton, "ImageNet classification with deep convolutional neural networks", 2012, section 5, which says in words that the rate was divided by ten when
 * the validation error rate stopped improving. The rule is that of PyTorch's `ReduceLROnPlateau` with an absolute threshold, `cooldown` 0 and `eps` 0.
 *
 * @throws OptionError `OPTION_INVALID`
 *
 * @example
 * ```ts
 * import { plateauRate } from '@convkit/optim';
 *
 * const rate = plateauRate({ rate: 0.01, patience: 1 });
 * const evaluations = [0.5, 0.6, 0.59, 0.6].map((top1, i) => ({ step: 100 * (i + 1), epoch: i + 1, loss: 1, top1 }));
 * console.log(rate({ step: 300, epoch: 3, evaluations: evaluations.slice(0, 3) }), rate({ step: 400, epoch: 4, evaluations })); // 0.01 0.001
 * ```
 */
export function plateauRate(options: PlateauRateOptions): Schedule {
  assertKnownOptions('plateauRate', options, ['rate', 'factor', 'patience', 'threshold', 'metric', 'least']);
  const { rate, factor = 0.1, patience, threshold = 0, metric = 'top1', least = 0 } = options;
  for (const [what, value] of [['rate', rate], ['threshold', threshold], ['least', least]] as const) assertRate('plateauRate', value, what);
  if (!(factor >= 0 && factor < 1)) throw invalid(`plateauRate: factor is ${factor}, but must be from 0 up to but not including 1.`);
  if (!(Number.isSafeInteger(patience) && patience >= 0)) throw invalid(`plateauRate: patience is ${patience}, but must be a whole number of at least 0.`);
  if (metric !== 'top1' && metric !== 'loss') throw invalid(`plateauRate: metric is "${String(metric)}", but must be "top1" or "loss".`);
  const sign = metric === 'top1' ? 1 : -1;
  return ({ evaluations = [] }) => {
    let current = rate;
    let best = -Infinity;
    let bad = 0;
    for (const { [metric]: value } of evaluations) {
      if (sign * value > best + threshold) {
        best = sign * value;
        bad = 0;
      } else if (++bad > patience) {
        // A first rate below the least one does not rise.
        current = Math.min(current, Math.max(current * factor, least));
        bad = 0;
      }
    }
    return current;
  };
}
