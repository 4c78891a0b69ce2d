import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { histogramOf } from '../../../src/readers/tensorboard/histogram.js';

describe('histogramOf', () => {
  it('counts every finite number in the bucket that holds it', () => {
    const numbers = fc.oneof(fc.float(), fc.float({ min: Math.fround(-0.1), max: Math.fround(0.1) }), fc.constantFrom(0, -0, Math.fround(1e-12), 1, -1));
    fc.assert(
      fc.property(fc.array(numbers, { maxLength: 100 }), (list) => {
        const values = Float32Array.from(list);
        const finite = [...values].filter(Number.isFinite);
        const { min, max, num, sum, sumSquares, limits, counts } = histogramOf(values);
        expect(num).toBe(finite.length);
        expect(counts.reduce((total, count) => total + count, 0)).toBe(finite.length);
        expect([min, max].map(Math.abs)).toEqual(finite.length === 0 ? [0, 0] : [Math.min(...finite), Math.max(...finite)].map(Math.abs));
        expect(sum).toBe(finite.reduce((total, value) => total + value, 0));
        expect(sumSquares).toBe(finite.reduce((total, value) => total + value * value, 0));
        const starts = [-Infinity, ...limits.slice(0, -1)];
        expect(limits.filter((limit, i) => limit <= starts[i])).toEqual([]);
        expect(counts).toEqual(limits.map((limit, i) => finite.filter((value) => value >= starts[i] && value < limit).length));
      }),
    );
  });

  it('has buckets that are a tenth larger than their neighbours towards 0, and one for a run of empty ones', () => {
    const { limits, counts } = histogramOf(Float32Array.of(-1, 0.05, 0.05, 0.056));
    expect(counts).toEqual([0, 1, 0, 2, 1]);
    const towards = limits.map(Math.abs);
    expect(towards[0] / towards[1]).toBeCloseTo(1.1, 9);
    expect(towards[4] / towards[3]).toBeCloseTo(1.1, 9);
    expect(Math.log(towards[1] / 1e-12) / Math.log(1.1)).toBeCloseTo(Math.round(Math.log(towards[1] / 1e-12) / Math.log(1.1)), 6);
    expect(histogramOf(new Float32Array())).toEqual({ min: 0, max: 0, num: 0, sum: 0, sumSquares: 0, limits: [], counts: [] });
  });
});
