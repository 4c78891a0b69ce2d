import { assertRate } from './checks.js';
import type { Schedule } from './progress.js';

/** The same rate all the time. @throws OptionError `OPTION_INVALID` */
export function constantRate(rate: number): Schedule {
  assertRate('constantRate', rate);
  return () => rate;
}
