import { constantRate, plateauRate, scheduleBy, stepRate } from '@convkit/optim';
import { expect, it } from 'vitest';

it('takes the first rule that matches, whatever the flags of the pattern, and the common schedule where none does', () => {
  const schedule = scheduleBy(
    [
      { match: /^conv1\./g, schedule: constantRate(0) },
      { match: /\.bias$/, schedule: constantRate(0.02) },
    ],
    stepRate({ rate: 0.01, at: [2], factor: 0.5 }),
  );
  const rates = schedule({ step: 0, epoch: 2 });
  expect(rates.common).toBe(0.005);
  expect(['conv1.weight', 'conv1.bias', 'conv1.weight', 'fc8.bias', 'fc8.weight'].map((name) => rates.of(name))).toEqual([0, 0, 0, 0.02, 0.005]);
});

it('hands everything that is known of the run to each schedule', () => {
  const evaluations = [1, 2].map((epoch) => ({ step: epoch, epoch, loss: 1, top1: 0.5 }));
  const rates = scheduleBy([{ match: /bias/, schedule: plateauRate({ rate: 1, factor: 0.5, patience: 0 }) }], constantRate(3))({ step: 2, epoch: 2, evaluations });
  expect([rates.common, rates.of('a.weight'), rates.of('a.bias')]).toEqual([3, 3, 0.5]);
});
