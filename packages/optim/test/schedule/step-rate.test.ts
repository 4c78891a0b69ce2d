import { stepRate } from '@convkit/optim';
import { expect, it } from 'vitest';

const atEpoch = (epoch: number) => ({ step: Math.floor(epoch * 100), epoch });

it('falls by the factor from the given epochs on, as in the 2012 run', () => {
  const rate = stepRate({ rate: 0.01, at: [25, 51, 79] });
  const rates = [0, 24.99, 25, 50.99, 51, 79, 90].map((epoch) => rate(atEpoch(epoch)));
  [0.01, 0.01, 0.001, 0.001, 0.0001, 0.00001, 0.00001].forEach((expected, i) => expect(rates[i]).toBeCloseTo(expected, 12));
});

it('counts steps when asked to', () => {
  const rate = stepRate({ rate: 1, at: [3, 5], factor: 0.5, unit: 'step' });
  expect([0, 2, 3, 4, 5, 6].map((step) => rate({ step, epoch: 0 }))).toEqual([1, 1, 0.5, 0.5, 0.25, 0.25]);
});

it('depends on progress alone, so a resumed run goes on at the same rate', () => {
  const options = { rate: 0.01, at: [2, 4] };
  const whole = stepRate(options);
  whole(atEpoch(4));
  expect(whole(atEpoch(3))).toBe(stepRate(options)(atEpoch(3)));
});

it('refuses moments that do not rise, and what is no number or unit', () => {
  expect(() => stepRate({ rate: 0.01, at: [5, 5] })).toThrow('stepRate: at is [5, 5], but must rise from 0 on.\n  code: OPTION_INVALID');
  expect(() => stepRate({ rate: 0.01, at: [NaN] })).toThrow('stepRate: at is [NaN], but must rise from 0 on.');
  expect(() => stepRate({ rate: NaN, at: [] })).toThrow('stepRate: rate is NaN, but must be a number of at least 0.');
  expect(() => stepRate({ rate: 1, at: [], factor: -1 })).toThrow('stepRate: factor is -1, but must be a number of at least 0.');
  expect(() => stepRate({ rate: 1, at: [], unit: 'batch' as 'step' })).toThrow('stepRate: unit is "batch", but must be "epoch" or "step".');
});
