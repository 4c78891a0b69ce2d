/** How the values of a tensor are spread, as TensorBoard keeps it. */
export interface Histogram {
  readonly min: number;
  readonly max: number;
  /** Values counted. */
  readonly num: number;
  readonly sum: number;
  readonly sumSquares: number;
  /** Upper ends of the buckets, not part of them; where the one before ends, a bucket begins. */
  readonly limits: readonly number[];
  readonly counts: readonly number[];
}

/** Limits of the buckets at and above 0: each a tenth above the one before, from 1e-12 to 1e20. */
const positive: readonly number[] = (() => {
  const limits = [];
  for (let limit = 1e-12; limit < 1e20; limit *= 1.1) limits.push(limit);
  return [...limits, Number.MAX_VALUE];
})();
const allLimits = Float64Array.from([...positive.map((limit) => -limit).reverse(), 0, ...positive]);

/**
 * Counts values in TensorBoard's buckets. Numbers that are not finite are left out; neighbouring empty buckets are one.
 *
 * Source: TensorFlow, `lib/histogram/histogram.cc`.
 */
export function histogramOf(values: Float32Array): Histogram {
  const all = new Float64Array(allLimits.length);
  let [min, max, num, sum, sumSquares] = [Infinity, -Infinity, 0, 0, 0];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    all[bucketOf(value)]++;
    if (value < min) min = value;
    if (value > max) max = value;
    num++;
    sum += value;
    sumSquares += value * value;
  }
  const kept = Array.from(all.keys()).filter((i) => all[i] > 0 || (all[i + 1] ?? 0) > 0);
  return { min: num === 0 ? 0 : min, max: num === 0 ? 0 : max, num, sum, sumSquares, limits: kept.map((i) => allLimits[i]), counts: kept.map((i) => all[i]) };
}

/** The first bucket whose limit is above the value. */
function bucketOf(value: number): number {
  let [low, high] = [0, allLimits.length - 1];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (allLimits[middle] > value) high = middle;
    else low = middle + 1;
  }
  return low;
}
