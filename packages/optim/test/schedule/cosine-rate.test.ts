import { cosineRate } from '@convkit/optim';
import { expect, it } from 'vitest';

const atEpoch = (epoch: number) => ({ step: 0, epoch });

it('falls along half a wave, and stays at its last rate', () => {
  const rate = cosineRate({ rate: 0.1, least: 0.001, until: 90 });
  for (const epoch of [0, 0.01, 10, 45, 60.5, 89.99, 90]) expect(rate(atEpoch(epoch))).toBeCloseTo(0.001 + 0.5 * (0.1 - 0.001) * (1 + Math.cos((Math.PI * epoch) / 90)), 15);
  expect([0, 90, 1000].map((epoch) => rate(atEpoch(epoch)))).toEqual([0.1, 0.001, 0.001]);
});

it('ends at 0 when nothing else is said, and counts steps when asked to', () => {
  const rate = cosineRate({ rate: 1, until: 4, unit: 'step' });
  const rates = [0, 1, 2, 3, 4, 5].map((step) => rate({ step, epoch: 0 }));
  [1, (1 + Math.SQRT1_2) / 2, 0.5, (1 - Math.SQRT1_2) / 2, 0, 0].forEach((expected, i) => expect(rates[i]).toBeCloseTo(expected, 15));
  expect(rates[4]).toBe(0);
});

it('refuses what is no schedule', () => {
  expect(() => cosineRate({ rate: NaN, until: 1 })).toThrow('cosineRate: rate is NaN, but must be a number of at least 0.\n  code: OPTION_INVALID');
  expect(() => cosineRate({ rate: 1, least: -1, until: 1 })).toThrow('cosineRate: least is -1, but must be a number of at least 0.');
  expect(() => cosineRate({ rate: 1, until: 0 })).toThrow('cosineRate: until is 0, but must be a number above 0.\n  code: OPTION_INVALID');
  expect(() => cosineRate({ rate: 1, until: 1, unit: 'batch' as 'step' })).toThrow('cosineRate: unit is "batch", but must be "epoch" or "step".');
});
