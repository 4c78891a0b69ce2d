import { assertKnownOptions } from '@convkit/tensor';
import { assertRate, assertUnit, invalid, type ScheduleUnit } from './checks.js';
import type { Schedule } from './progress.js';

/** Options of {@link manualRate}. */
export interface ManualRateOptions {
  /** Each rate and the moment from which it holds: the first from 0, each later than the one before. */
  readonly rates: readonly {
    /** Moment from which the rate holds, counted in `unit`. */
    readonly from: number;
    /** Learning rate, at least 0; 0 freezes. */
    readonly rate: number;
  }[];
  /** What `from` counts. Default `epoch`. */
  readonly unit?: ScheduleUnit;
}

/**
 * Rates set by hand, each from a moment on, as in the run of 2012.
 *
 * @throws OptionError `OPTION_INVALID`
 *
 * @example
 * ```ts
 * import { manualRate } from '@convkit/optim';
 *
 * // Of conv1 in 2012: it was frozen after 72 epochs.
 * const rate = manualRate({ rates: [{ from: 0, rate: 0.01 }, { from: 25, rate: 0.001 }, { from: 51, rate: 0.0001 }, { from: 67, rate: 0.00001 }, { from: 72, rate: 0 }] });
 * console.log(rate({ step: 600600, epoch: 60 }), rate({ step: 720720, epoch: 72 })); // 0.0001 0
 * ```
 */
export function manualRate(options: ManualRateOptions): Schedule {
  assertKnownOptions('manualRate', options, ['rates', 'unit']);
  const { rates, unit = 'epoch' } = options;
  assertUnit('manualRate', unit);
  for (const { rate } of rates) assertRate('manualRate', rate);
  const moments = rates.map(({ from }) => from);
  if (moments[0] !== 0 || !moments.every((from, i) => i === 0 || from > moments[i - 1])) {
    throw invalid(`manualRate: the rates begin at [${moments.join(', ')}], but the first must begin at 0 and each later than the one before.`);
  }
  return (progress) => rates.reduce((current, { from, rate }) => (progress[unit] >= from ? rate : current), rates[0].rate);
}
