import { assertKnownOptions } from '@convkit/tensor';
import { assertAboveZero, assertRate, assertUnit, partDone, type ScheduleUnit } from './checks.js';
import type { Schedule } from './progress.js';

/** Options of {@link polynomialRate}. */
export interface PolynomialRateOptions {
  /** The first rate. */
  readonly rate: number;
  /** Above 0: at 1 the rate falls in a line, above it faster at first. Default 1. */
  readonly power?: number;
  /** The last rate. Default 0. */
  readonly least?: number;
  /** When the last rate is reached, above 0; it stays from then on. */
  readonly until: number;
  /** What `until` counts. Default `epoch`. */
  readonly unit?: ScheduleUnit;
}

/**
 * A rate that falls by a power of what is left: `least + (rate - least) · (1 - t / until)^power` at the moment t.
 *
 * Source: `poly` of BVLC Caffe, src/caffe/solvers/sgd_solver.cpp, where the last rate is 0.
 *
 * @throws OptionError `OPTION_INVALID`
 *
 * @example
 * ```ts
 * import { polynomialRate } from '@convkit/optim';
 *
 * const rate = polynomialRate({ rate: 0.01, power: 2, until: 450000, unit: 'step' });
 * console.log(rate({ step: 225000, epoch: 45 })); // 0.0025
 * ```
 */
export function polynomialRate(options: PolynomialRateOptions): Schedule {
  assertKnownOptions('polynomialRate', options, ['rate', 'power', 'least', 'until', 'unit']);
  const { rate, power = 1, least = 0, until, unit = 'epoch' } = options;
  assertRate('polynomialRate', rate);
  assertAboveZero('polynomialRate', power, 'power');
  assertRate('polynomialRate', least, 'least');
  assertAboveZero('polynomialRate', until, 'until');
  assertUnit('polynomialRate', unit);
  return (progress) => least + (rate - least) * (1 - partDone(progress, until, unit)) ** power;
}
