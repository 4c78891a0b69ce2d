import * as exported from '@convkit/optim';
import { averaged, clipped, cosineRate, dexpRate, factorsBy, manualRate, plateauRate, polynomialRate, sgd, stepRate, warmUp, constantRate } from '@convkit/optim';
import { expect, it } from 'vitest';

const inner = sgd({ momentum: 0, decay: 0 });

/** Everything that takes options, made with more of them than it needs. */
const takers: Readonly<Record<string, (more: object) => unknown>> = {
  averaged: (more) => averaged(inner, { decay: 0.9, ...more }),
  clipped: (more) => clipped(inner, { norm: 1, ...more }),
  cosineRate: (more) => cosineRate({ rate: 1, until: 1, ...more }),
  dexpRate: (more) => dexpRate({ rate: 1, factor: 2, steps: 2, epochs: 2, ...more }),
  factorsBy: (more) => factorsBy([{ match: /$/, ...more }]),
  manualRate: (more) => manualRate({ rates: [{ from: 0, rate: 1 }], ...more }),
  plateauRate: (more) => plateauRate({ rate: 1, patience: 1, ...more }),
  polynomialRate: (more) => polynomialRate({ rate: 1, until: 1, ...more }),
  sgd: (more) => sgd({ momentum: 0, decay: 0, ...more }),
  stepRate: (more) => stepRate({ rate: 1, at: [1], ...more }),
  warmUp: (more) => warmUp(constantRate(1), { until: 1, ...more }),
};

it.each(Object.entries(takers))('%s refuses an option that nobody reads', (name, take) => {
  take({});
  expect(() => take({ weightDecay: 0.1 })).toThrow(expect.objectContaining({ name: 'OptionError', code: 'OPTION_INVALID', summary: `${name}: there is no option "weightDecay".` }));
});

it('the rules that sgd is given are looked at as well', () => {
  expect(() => sgd({ momentum: 0, decay: 0, factors: [Object.assign({ match: /bias/ }, { decay: 0 })] })).toThrow('factorsBy: there is no option "decay".\n  help: there are match, rateFactor, decayFactor.');
});

it('nothing else that is exported takes options', () => {
  const functions = Object.entries(exported).flatMap(([name, value]) => (typeof value === 'function' ? [name] : []));
  expect(functions.filter((name) => !Object.hasOwn(takers, name)).sort()).toEqual(['constantRate', 'scheduleBy']);
});
