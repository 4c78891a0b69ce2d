import { plateauRate, type PlateauRateOptions } from '@convkit/optim';
import { describe, expect, it } from 'vitest';
import golden from '../golden/optim.json' with { type: 'json' };

/** The rate after each of the values; what is not judged by is NaN. */
function ratesAfter(options: PlateauRateOptions, values: readonly number[]): number[] {
  const rate = plateauRate(options);
  const evaluations = values.map((value, i) => {
    const other = { step: 5 * (i + 1), epoch: i + 1, loss: NaN, top1: NaN };
    return { ...other, [options.metric ?? 'top1']: value };
  });
  return values.map((_, i) => rate({ step: 5 * (i + 1), epoch: i + 1, evaluations: evaluations.slice(0, i + 1) }));
}

describe.each(golden.plateaus)('$options', ({ options, values, rates }) => {
  it('gives the rates of PyTorch to the bit', () => {
    expect(new Set(rates).size).toBeGreaterThan(3);
    expect(ratesAfter(options as PlateauRateOptions, values)).toEqual(rates);
  });
});

it('is at the first rate before anything was judged', () => {
  const rate = plateauRate({ rate: 0.1, patience: 0 });
  expect(rate({ step: 9, epoch: 9 })).toBe(0.1);
  expect(rate({ step: 9, epoch: 9, evaluations: [] })).toBe(0.1);
});

it('divides after more than patience judgements without a new best; the best stays', () => {
  const half = { rate: 8, factor: 0.5, patience: 1 };
  expect(ratesAfter(half, [0.5, 0.4, 0.5, 0.45, 0.45, 0.6, 0.6, 0.6])).toEqual([8, 8, 4, 4, 2, 2, 2, 1]);
});

it('counts NaN as bad, and stops at the least rate', () => {
  expect(ratesAfter({ rate: 8, factor: 0.5, patience: 0, metric: 'loss', least: 3 }, [NaN, 2, NaN, 1, 1])).toEqual([4, 4, 3, 3, 3]);
  expect(ratesAfter({ rate: 8, factor: 0.5, patience: 0, least: 9 }, [0, 0])).toEqual([8, 8]);
});

it('refuses what is no plateau', () => {
  const fine = { rate: 0.1, patience: 2 };
  const refused: [PlateauRateOptions, string][] = [
    [{ ...fine, rate: NaN }, 'rate is NaN, but must be a number of at least 0.'],
    [{ ...fine, threshold: -1 }, 'threshold is -1, but must be a number of at least 0.'],
    [{ ...fine, least: -1 }, 'least is -1, but must be a number of at least 0.'],
    [{ ...fine, factor: 1 }, 'factor is 1, but must be from 0 up to but not including 1.'],
    [{ ...fine, patience: 0.5 }, 'patience is 0.5, but must be a whole number of at least 0.'],
    [{ ...fine, metric: 'top5' as 'top1' }, 'metric is "top5", but must be "top1" or "loss".'],
  ];
  for (const [options, message] of refused) expect(() => plateauRate(options)).toThrow(`plateauRate: ${message}\n  code: OPTION_INVALID`);
});
