import { constantRate } from '@convkit/optim';
import { expect, it } from 'vitest';

it('never changes', () => {
  expect([0, 1, 90].map((epoch) => constantRate(0.01)({ step: 100 * epoch, epoch }))).toEqual([0.01, 0.01, 0.01]);
});

it('refuses what is no rate', () => {
  expect(() => constantRate(-0.1)).toThrow('constantRate: rate is -0.1, but must be a number of at least 0.\n  code: OPTION_INVALID');
});
