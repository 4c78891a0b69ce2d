import { manualRate } from '@convkit/optim';
import { expect, it } from 'vitest';

const rates = [{ from: 0, rate: 0.01 }, { from: 25, rate: 0.001 }, { from: 72, rate: 0 }];

it('holds each rate from its moment on', () => {
  const rate = manualRate({ rates });
  expect([0, 24.99, 25, 71.9, 72, 90].map((epoch) => rate({ step: 0, epoch }))).toEqual([0.01, 0.01, 0.001, 0.001, 0, 0]);
});

it('counts steps when asked to, and may rise', () => {
  const rate = manualRate({ rates: [{ from: 0, rate: 0.1 }, { from: 3, rate: 0.2 }], unit: 'step' });
  expect([0, 2, 3, 4].map((step) => rate({ step, epoch: 0 }))).toEqual([0.1, 0.1, 0.2, 0.2]);
});

it('refuses moments that do not rise from 0, and what is no number or unit', () => {
  const begin = (...moments: number[]) => () => manualRate({ rates: moments.map((from) => ({ from, rate: 0.01 })) });
  expect(begin()).toThrow('manualRate: the rates begin at [], but the first must begin at 0 and each later than the one before.\n  code: OPTION_INVALID');
  expect(begin(1)).toThrow('manualRate: the rates begin at [1], but');
  expect(begin(0, 5, 5)).toThrow('manualRate: the rates begin at [0, 5, 5], but');
  expect(begin(0, NaN)).toThrow('manualRate: the rates begin at [0, NaN], but');
  expect(() => manualRate({ rates: [{ from: 0, rate: -1 }] })).toThrow('manualRate: rate is -1, but must be a number of at least 0.\n  code: OPTION_INVALID');
  expect(() => manualRate({ rates, unit: 'batch' as 'step' })).toThrow('manualRate: unit is "batch", but must be "epoch" or "step".');
});
