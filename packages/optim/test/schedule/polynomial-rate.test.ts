import { polynomialRate } from '@convkit/optim';
import { expect, it } from 'vitest';

it.each([0.5, 1, 2, 4])("is Caffe's poly with the power %d", (power) => {
  const rate = polynomialRate({ rate: 0.01, power, until: 1000, unit: 'step' });
  // BVLC Caffe, sgd_solver.cpp: base_lr * pow(1 - iter / max_iter, power).
  for (const step of [0, 1, 250, 999, 1000]) expect(rate({ step, epoch: 0 })).toBeCloseTo(0.01 * Math.pow(1 - step / 1000, power), 15);
});

it('falls in a line over epochs when nothing else is said, to its last rate, and stays there', () => {
  const rate = polynomialRate({ rate: 0.5, least: 0.25, until: 4 });
  expect([0, 1, 2, 3.5, 4, 9].map((epoch) => rate({ step: 0, epoch }))).toEqual([0.5, 0.4375, 0.375, 0.28125, 0.25, 0.25]);
});

it('refuses what is no schedule', () => {
  expect(() => polynomialRate({ rate: -1, until: 1 })).toThrow('polynomialRate: rate is -1, but must be a number of at least 0.\n  code: OPTION_INVALID');
  expect(() => polynomialRate({ rate: 1, power: 0, until: 1 })).toThrow('polynomialRate: power is 0, but must be a number above 0.\n  code: OPTION_INVALID');
  expect(() => polynomialRate({ rate: 1, least: Infinity, until: 1 })).toThrow('polynomialRate: least is Infinity, but must be a number of at least 0.');
  expect(() => polynomialRate({ rate: 1, until: NaN })).toThrow('polynomialRate: until is NaN, but must be a number above 0.');
  expect(() => polynomialRate({ rate: 1, until: 1, unit: 'batch' as 'step' })).toThrow('polynomialRate: unit is "batch", but must be "epoch" or "step".');
});
