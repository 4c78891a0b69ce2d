import { constantRate, cosineRate, stepRate, warmUp } from '@convkit/optim';
import { expect, it } from 'vitest';

const atEpoch = (epoch: number) => ({ step: 0, epoch });

it('rises in a line from 0 to a steady rate, and is that rate afterwards', () => {
  const rate = warmUp(constantRate(0.8), { until: 4 });
  expect([0, 1, 2, 3, 4, 5].map((epoch) => rate(atEpoch(epoch)))).toEqual([0, 0.2, 0.4, 0.6000000000000001, 0.8, 0.8]);
});

it('rises from its first rate towards what the schedule says at that moment, in steps when asked to', () => {
  const own = cosineRate({ rate: 0.1, until: 100, unit: 'step' });
  const rate = warmUp(own, { until: 10, from: 0.03, unit: 'step' });
  for (let step = 0; step <= 100; step++) {
    const progress = { step, epoch: 0 };
    const cosine = (0.1 * (1 + Math.cos((Math.PI * step) / 100))) / 2;
    expect(rate(progress)).toBeCloseTo(step < 10 ? 0.03 + ((cosine - 0.03) * step) / 10 : cosine, 15);
    if (step >= 10) expect(rate(progress)).toBe(own(progress));
  }
});

it('hands on the judgements of the run', () => {
  const evaluations = [{ step: 1, epoch: 1, loss: 1, top1: 0.5 }];
  const rate = warmUp((progress) => progress.evaluations?.length ?? 0, { until: 1 });
  expect(rate({ step: 1, epoch: 1, evaluations })).toBe(1);
});

it('refuses what is no warming up', () => {
  const own = stepRate({ rate: 1, at: [] });
  expect(() => warmUp(own, { until: 0 })).toThrow('warmUp: until is 0, but must be a number above 0.\n  code: OPTION_INVALID');
  expect(() => warmUp(own, { until: 1, from: -1 })).toThrow('warmUp: from is -1, but must be a number of at least 0.');
  expect(() => warmUp(own, { until: 1, unit: 'batch' as 'step' })).toThrow('warmUp: unit is "batch", but must be "epoch" or "step".');
});
