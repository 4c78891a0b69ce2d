import { dexpRate } from '@convkit/optim';
import { expect, it } from 'vitest';

const whole = { rate: 0.01, factor: 250, steps: 4, epochs: 90 };

it('gives the rates of cuda-convnet2, a quarter and a half of the run each', () => {
  const weights = dexpRate(whole);
  const rates = [0, 22.49, 22.5, 44.9, 45, 67.4, 67.5, 89.9].map((epoch) => weights({ step: 0, epoch }));
  expect(rates.map((rate) => Number(rate.toPrecision(5)))).toEqual([0.01, 0.01, 0.0015874, 0.0015874, 0.00025198, 0.00025198, 0.00004, 0.00004]);
  const biases = dexpRate({ rate: 0.02, factor: 10, steps: 2, epochs: 90 });
  expect([0, 44.9, 45, 90].map((epoch) => biases({ step: 0, epoch }))).toEqual([0.02, 0.02, 0.002, 0.002]);
});

it('stays at the last rate after its end', () => {
  const rate = dexpRate(whole);
  expect([90, 1000].map((epoch) => rate({ step: 0, epoch }))).toEqual([0.01 / 250, 0.01 / 250]);
});

it('begins each part at the first update of it', () => {
  const batchesPerEpoch = 10;
  const rate = dexpRate({ ...whole, epochs: 2 });
  const rates = Array.from({ length: 20 }, (_, step) => rate({ step, epoch: step / batchesPerEpoch }));
  expect(rates.flatMap((value, step) => (step === 0 || value !== rates[step - 1] ? [step] : []))).toEqual([0, 5, 10, 15]);
});

it('refuses what is no schedule', () => {
  expect(() => dexpRate({ ...whole, rate: -1 })).toThrow('dexpRate: rate is -1, but must be a number of at least 0.\n  code: OPTION_INVALID');
  expect(() => dexpRate({ ...whole, factor: 0 })).toThrow('dexpRate: factor is 0, but must be a number above 0.\n  code: OPTION_INVALID');
  expect(() => dexpRate({ ...whole, epochs: Infinity })).toThrow('dexpRate: epochs is Infinity, but must be a number above 0.');
  expect(() => dexpRate({ ...whole, steps: 1 })).toThrow('dexpRate: steps is 1, but must be a whole number of at least 2.\n  code: OPTION_INVALID');
});
