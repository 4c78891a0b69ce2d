import { assertKnownOptions } from '@convkit/tensor';
import { assertAboveZero, assertRate, invalid } from './checks.js';
import type { Schedule } from './progress.js';

/** Options of {@link dexpRate}. */
export interface DexpRateOptions {
  /** The first rate. */
  readonly rate: number;
  /** First rate over last rate, above 0. */
  readonly factor: number;
  /** Into how many equal parts the run falls; a whole number of at least 2. */
  readonly steps: number;
  /** Length of the run, above 0. */
  readonly epochs: number;
}

/**
 * A rate that falls in equal parts of the run, by one ratio from each to the next, from `rate` in the first to `rate / factor` in the last and after it:
 * in part i, from 0, it is `rate · factor^(-i / (steps - 1))`. A moment between two parts belongs to the later one.
 *
 * Source: `dexp` of cuda-convnet2, which replaced the drops by hand of 2012.
 *
 * @throws OptionError `OPTION_INVALID`
 *
 * @example
 * ```ts
 * import { dexpRate } from '@convkit/optim';
 *
 * const rate = dexpRate({ rate: 0.01, factor: 250, steps: 4, epochs: 90 });
 * console.log([0, 22.5, 45, 67.5].map((epoch) => rate({ step: 0, epoch }).toFixed(8))); // [ '0.01000000', '0.00158740', '0.00025198', '0.00004000' ]
 * ```
 */
export function dexpRate(options: DexpRateOptions): Schedule {
  assertKnownOptions('dexpRate', options, ['rate', 'factor', 'steps', 'epochs']);
  const { rate, factor, steps, epochs } = options;
  assertRate('dexpRate', rate);
  assertAboveZero('dexpRate', factor, 'factor');
  assertAboveZero('dexpRate', epochs, 'epochs');
  if (!(Number.isSafeInteger(steps) && steps >= 2)) throw invalid(`dexpRate: steps is ${steps}, but must be a whole number of at least 2.`);
  return ({ epoch }) => rate / factor ** (Math.min(Math.floor((epoch * steps) / epochs), steps - 1) / (steps - 1));
}
