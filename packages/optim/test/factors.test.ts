import { expect, it } from 'vitest';
import { factorsBy } from '@convkit/optim';

it('takes the first rule that matches, and 1 for what is not said', () => {
  const factors = factorsBy([{ match: /^conv1\./, rateFactor: 0 }, { match: /\.bias$/g, rateFactor: 2, decayFactor: 0 }]);
  expect(factors('conv1.bias')).toEqual({ rateFactor: 0, decayFactor: 1 });
  expect(factors('fc8.weight')).toEqual({ rateFactor: 1, decayFactor: 1 });
});

it('gives the same answer every time, whatever the flags of the pattern', () => {
  const factors = factorsBy([{ match: /\.bias$/g, rateFactor: 2 }]);
  expect([factors('fc8.bias'), factors('fc8.bias'), factors('fc8.bias')]).toEqual(Array(3).fill({ rateFactor: 2, decayFactor: 1 }));
});
