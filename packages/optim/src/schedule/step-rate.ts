import { assertKnownOptions } from '@convkit/tensor';
import { assertRate, assertUnit, invalid, type ScheduleUnit } from './checks.js';
import type { Schedule } from './progress.js';

/** Options of {@link stepRate}. */
export interface StepRateOptions {
  /** The first rate. */
  readonly rate: number;
  /** When the rate is multiplied by the factor: progress values, each larger than the one before. */
  readonly at: readonly number[];
  /** Default 0.1. */
  readonly factor?: number;
  /** What `at` counts. Default `epoch`. */
  readonly unit?: ScheduleUnit;
}

/**
 * A rate that is multiplied by a factor at certain moments.
 *
 * @throws OptionError `OPTION_INVALID`
 *
 * @example
 * ```ts
 * import { stepRate } from '@convkit/optim';
 *
 * const rate = stepRate({ rate: 0.01, at: [25, 51, 79] });
 * console.log(rate({ step: 0, epoch: 0 }), rate({ step: 250250, epoch: 25 })); // 0.01 0.001
 * ```
 */
export function stepRate(options: StepRateOptions): Schedule {
  assertKnownOptions('stepRate', options, ['rate', 'at', 'factor', 'unit']);
  const { rate, at, factor = 0.1, unit = 'epoch' } = options;
  assertRate('stepRate', rate);
  assertRate('stepRate', factor, 'factor');
  assertUnit('stepRate', unit);
  if (!at.every((moment, i) => moment >= 0 && (i === 0 || moment > at[i - 1]))) throw invalid(`stepRate: at is [${at.join(', ')}], but must rise from 0 on.`);
  return (progress) => at.reduce((current, moment) => (progress[unit] >= moment ? current * factor : current), rate);
}
