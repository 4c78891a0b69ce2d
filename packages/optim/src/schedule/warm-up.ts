import { assertKnownOptions } from '@convkit/tensor';
import { assertAboveZero, assertRate, assertUnit, partDone, type ScheduleUnit } from './checks.js';
import type { Schedule } from './progress.js';

/** Options of {@link warmUp}. */
export interface WarmUpOptions {
  /** When the rate of the schedule itself is reached, above 0. */
  readonly until: number;
  /** The first rate. Default 0, at which the first update changes nothing. */
  readonly from?: number;
  /** What `until` counts. Default `epoch`. */
  readonly unit?: ScheduleUnit;
}

/**
 * A schedule whose rate first rises in a line: before `until` it is `from + (own - from) · t / until` at the moment t, where `own` is what the schedule says for that moment, later it is `own`.
 *
 * Source: Goyal et al., "Accurate, large minibatch SGD: training ImageNet in 1 hour", 2017, section 2.2.
 *
 * @throws OptionError `OPTION_INVALID`
 *
 * @example
 * ```ts
 * import { stepRate, warmUp } from '@convkit/optim';
 *
 * const rate = warmUp(stepRate({ rate: 0.4, at: [30, 60, 80] }), { until: 5, from: 0.1 });
 * console.log([0, 2.5, 5, 30].map((epoch) => rate({ step: 0, epoch }).toFixed(2))); // [ '0.10', '0.25', '0.40', '0.04' ]
 * ```
 */
export function warmUp(schedule: Schedule, options: WarmUpOptions): Schedule {
  assertKnownOptions('warmUp', options, ['until', 'from', 'unit']);
  const { until, from = 0, unit = 'epoch' } = options;
  assertAboveZero('warmUp', until, 'until');
  assertRate('warmUp', from, 'from');
  assertUnit('warmUp', unit);
  return (progress) => {
    const own = schedule(progress);
    // Not `from + (own - from)` at the end: its rounding would not be `own`.
    return progress[unit] >= until ? own : from + (own - from) * partDone(progress, until, unit);
  };
}
