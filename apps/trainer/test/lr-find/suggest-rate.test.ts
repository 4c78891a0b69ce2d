import { describe, expect, it } from 'vitest';
import { smoother, suggestRate, type RangePoint } from '../../src/lr-find/suggest-rate.js';

/** Points at rates from 1e-6 to 10 with a smoothed loss that is a function of the logarithm of the rate to base 10. */
function points(loss: (exponent: number) => number, count = 281): RangePoint[] {
  return Array.from({ length: count }, (_, i) => {
    const exponent = -6 + (7 * i) / (count - 1);
    return { step: i + 1, rate: 10 ** exponent, loss: loss(exponent), smoothed: loss(exponent) };
  });
}

describe('smoother', () => {
  it('is the weighted mean of all values so far', () => {
    const values = [3, 1, 4, 1, 5];
    const smooth = smoother();
    for (const [i, value] of values.entries()) {
      const weights = values.slice(0, i + 1).map((_, j) => 0.9 ** (i - j));
      const mean = weights.reduce((sum, weight, j) => sum + weight * values[j], 0) / weights.reduce((sum, weight) => sum + weight, 0);
      expect(smooth(value)).toBeCloseTo(mean, 12);
    }
  });
});

describe('suggestRate', () => {
  it('finds where the loss falls fastest, and a tenth of where it is least, and takes the lower', () => {
    // Falls as a logistic curve around 1e-3 and rises from 1 on.
    const slow = suggestRate(points((e) => 2.3 - 1.5 / (1 + Math.exp(-4 * (e + 3))) + 10 * Math.max(0, e) ** 2));
    expect(Math.log10(slow?.steepest ?? NaN)).toBeCloseTo(-3, 1);
    expect(Math.log10(slow?.tenthOfLeast ?? NaN)).toBeCloseTo(-1, 1);
    expect(slow?.rate).toBe(slow?.steepest);
    // Falls right down to an edge at 0.1.
    const edge = suggestRate(points((e) => (e < -1 ? 2.3 - 0.2 * (e + 6) ** 2 / 5 : 9)));
    expect(edge?.tenthOfLeast).toBeLessThan(0.011);
    expect(edge?.rate).toBe(edge?.tenthOfLeast);
    expect(edge?.steepest).toBeGreaterThan(0.03);
  });

  it('says nothing where the loss did not fall', () => {
    expect(suggestRate(points(() => 2.3))).toBe(undefined);
    expect(suggestRate(points((e) => 2.3 - 0.005 * (e + 6)))).toBe(undefined);
    expect(suggestRate(points((e) => 2.3 + e + 6))).toBe(undefined);
    expect(suggestRate([])).toBe(undefined);
  });
});
