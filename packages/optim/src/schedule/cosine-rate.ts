import { assertKnownOptions } from '@convkit/tensor';
import { assertAboveZero, assertRate, assertUnit, partDone, type ScheduleUnit } from './checks.js';
import type { Schedule } from './progress.js';

/** Options of {@link cosineRate}. */
export interface CosineRateOptions {
  /** The first rate. */
  readonly rate: number;
  /** The last rate. Default 0. */
  readonly least?: number;
  /** When the last rate is reached, above 0; it stays from then on. */
  readonly until: number;
  /** What `until` counts. Default `epoch`. */
  readonly unit?: ScheduleUnit;
}

/**
 * A rate that falls along half a wave of the cosine: `least + (rate - least) · (1 + cos(π t / until)) / 2` at the moment t.
 *
 * Source: Loshchilov, Hutter, "SGDR: stochastic gradient descent with warm restarts", 2017, without the restarts; `torch.optim.lr_scheduler.CosineAnnealingLR`.
 *
 * @throws OptionError `OPTION_INVALID`
 *
 * @example
 * ```ts
 * import { cosineRate } from '@convkit/optim';
 *
 * const rate = cosineRate({ rate: 0.1, until: 90 });
 * console.log([0, 30, 45, 90].map((epoch) => rate({ step: 0, epoch }).toFixed(3))); // [ '0.100', '0.075', '0.050', '0.000' ]
 * ```
 */
export function cosineRate(options: CosineRateOptions): Schedule {
  assertKnownOptions('cosineRate', options, ['rate', 'least', 'until', 'unit']);
  const { rate, least = 0, until, unit = 'epoch' } = options;
  assertRate('cosineRate', rate);
  assertRate('cosineRate', least, 'least');
  assertAboveZero('cosineRate', until, 'until');
  assertUnit('cosineRate', unit);
  return (progress) => least + ((rate - least) * (1 + Math.cos(Math.PI * partDone(progress, until, unit)))) / 2;
}
