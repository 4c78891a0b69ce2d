import { OptionError } from '@convkit/tensor';
import type { Progress } from './progress.js';

/** What the moments of a schedule count: passes over the data, or updates. */
export type ScheduleUnit = 'epoch' | 'step';

/** @throws OptionError `OPTION_INVALID` */
export function assertRate(owner: string, value: number, what = 'rate'): void {
  if (!(value >= 0 && value < Infinity)) throw invalid(`${owner}: ${what} is ${value}, but must be a number of at least 0.`);
}

/** @throws OptionError `OPTION_INVALID` */
export function assertAboveZero(owner: string, value: number, what: string): void {
  if (!(value > 0 && value < Infinity)) throw invalid(`${owner}: ${what} is ${value}, but must be a number above 0.`);
}

/** @throws OptionError `OPTION_INVALID` */
export function assertUnit(owner: string, unit: ScheduleUnit): void {
  if (unit !== 'epoch' && unit !== 'step') throw invalid(`${owner}: unit is "${String(unit)}", but must be "epoch" or "step".`);
}

/** How much of the way to a moment is behind: from 0 to 1, and 1 after it. */
export function partDone(progress: Progress, until: number, unit: ScheduleUnit): number {
  return Math.min(progress[unit] / until, 1);
}

/** An option that cannot be. */
export function invalid(message: string): OptionError {
  return new OptionError({ code: 'OPTION_INVALID', message });
}
