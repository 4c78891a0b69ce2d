import { OptionError } from '@convkit/tensor';

/** Where a run is. Together with the schedule it gives the rate, so a resumed run needs no further state. */
export interface Progress {
  /** Updates done so far. */
  readonly step: number;
  /** Passes over the data done so far, with a fraction within a pass. */
  readonly epoch: number;
}

/** The learning rate of the next update. A pure function. */
export type Schedule = (progress: Progress) => number;

/** The same rate all the time. @throws OptionError `OPTION_INVALID` */
export function constantRate(rate: number): Schedule {
  assertRate('constantRate', rate);
  return () => rate;
}

/** Options of {@link stepRate}. */
export interface StepRateOptions {
  /** The first rate. */
  readonly rate: number;
  /** When the rate is multiplied by the factor: progress values, each larger than the one before. */
  readonly at: readonly number[];
  /** Default 0.1. */
  readonly factor?: number;
  /** What `at` counts. Default `epoch`. */
  readonly unit?: keyof Progress;
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
export function stepRate({ rate, at, factor = 0.1, unit = 'epoch' }: StepRateOptions): Schedule {
  assertRate('stepRate', rate);
  assertRate('stepRate', factor, 'factor');
  if (unit !== 'epoch' && unit !== 'step') throw new OptionError({ code: 'OPTION_INVALID', message: `stepRate: unit is "${String(unit)}", but must be "epoch" or "step".` });
  if (!at.every((moment, i) => moment >= 0 && (i === 0 || moment > at[i - 1]))) {
    throw new OptionError({ code: 'OPTION_INVALID', message: `stepRate: at is [${at.join(', ')}], but must rise from 0 on.` });
  }
  return (progress) => at.reduce((current, moment) => (progress[unit] >= moment ? current * factor : current), rate);
}

function assertRate(owner: string, value: number, what = 'rate'): void {
  if (!(value >= 0 && value < Infinity)) throw new OptionError({ code: 'OPTION_INVALID', message: `${owner}: ${what} is ${value}, but must be a number of at least 0.` });
}
