import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bucketPlaces, decimate } from '../src/decimate.js';

describe('decimate', () => {
  it('keeps least and greatest of each part, in the order in which they come', () => {
    const xs = Float64Array.of(0, 1, 2, 3, 4, 5, 6, 7);
    const ys = Float64Array.of(5, 1, 9, 4, 2, 2, 8, 3);
    expect(decimate(xs, ys, 0, 8, 2)).toEqual([1, 9, 2, 8]);
    expect(decimate(xs, ys, 0, 8, 4)).toEqual([5, 1, 9, 4, 2, null, 8, 3]);
  });

  it('leaves parts empty that have no value, or none that is finite', () => {
    expect(decimate(Float64Array.of(1, 9), Float64Array.of(3, Number.NaN), 0, 10, 5)).toEqual([3, null, null, null, null, null, null, null, null, null]);
  });

  it('takes both ends in, and nothing outside', () => {
    expect(decimate(Float64Array.of(1, 2, 3, 4), Float64Array.of(10, 20, 30, 40), 2, 3, 1)).toEqual([20, 30]);
  });

  it('gives 2,000 values for a million, and the highest peak is among them', () => {
    const length = 1_000_000;
    const xs = Float64Array.from({ length }, (_, i) => i + 1);
    const ys = Float64Array.from({ length }, (_, i) => Math.sin(i / 5_000));
    ys[712_345] = 50;
    const curve = decimate(xs, ys, 1, length, 1_000);
    expect(curve).toHaveLength(2_000);
    expect(Math.max(...curve.map((value) => value ?? 0))).toBe(50);
  });

  it('gives, part by part, what a search through all points gives', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 100 }), fc.double({ noDefaultInfinity: true, min: -9, max: 9 })), { maxLength: 60 }), fc.integer({ min: 1, max: 20 }), (points, buckets) => {
        const rows = [...new Map(points)].sort(([a], [b]) => a - b);
        const [from, to] = [10, 90];
        const curve = decimate(Float64Array.from(rows, ([x]) => x), Float64Array.from(rows, ([, y]) => y), from, to, buckets);
        for (let bucket = 0; bucket < buckets; bucket++) {
          const inside = rows.filter(([x, y]) => x >= from && x <= to && Number.isFinite(y) && Math.min(buckets - 1, Math.floor((x - from) * (buckets / (to - from)))) === bucket).map(([, y]) => y);
          const found = curve.slice(2 * bucket, 2 * bucket + 2).filter((value) => value !== null);
          if (inside.length === 0) expect(found).toEqual([]);
          else expect([Math.min(...found), Math.max(...found)]).toEqual([Math.min(...inside), Math.max(...inside)]);
        }
      }),
    );
  });
});

describe('bucketPlaces', () => {
  it('has two places in each part, ascending', () => {
    expect(bucketPlaces(0, 4, 2)).toEqual([0.5, 1.5, 2.5, 3.5]);
  });
});
