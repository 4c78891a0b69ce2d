import type { ParameterSchedule, Schedule } from './progress.js';

/** A schedule for all parameters whose full name matches. */
export interface ScheduleRule {
  /** Names of parameters the rule is for. */
  readonly match: RegExp;
  /** Their rate. */
  readonly schedule: Schedule;
}

/**
 * Schedules by parameter: the first rule that matches a name counts, `common` where none does.
 *
 * @example
 * ```ts
 * import { constantRate, manualRate, scheduleBy, stepRate } from '@convkit/optim';
 *
 * // As in the 2012 code: conv1 is frozen late, and biases fall but once.
 * const rates = scheduleBy(
 *   [
 *     { match: /^conv1\./, schedule: manualRate({ rates: [{ from: 0, rate: 0.01 }, { from: 72, rate: 0 }] }) },
 *     { match: /\.bias$/, schedule: stepRate({ rate: 0.02, at: [51] }) },
 *   ],
 *   constantRate(0.01),
 * )({ step: 751000, epoch: 75 });
 * console.log(rates.common, rates.of('conv1.weight'), rates.of('fc8.bias')); // 0.01 0 0.002
 * ```
 */
export function scheduleBy(rules: readonly ScheduleRule[], common: Schedule): ParameterSchedule {
  return (progress) => ({
    common: common(progress),
    // `search` starts at the beginning whatever the flags; `test` would go on where a global pattern stopped.
    of: (name) => (rules.find(({ match }) => name.search(match) >= 0)?.schedule ?? common)(progress),
  });
}
