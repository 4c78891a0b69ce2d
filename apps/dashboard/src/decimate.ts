import { countBelow } from './column.js';

/** Places of the two values that {@link decimate} gives for each of `buckets` equal parts of [from, to]. */
export function bucketPlaces(from: number, to: number, buckets: number): number[] {
  const width = (to - from) / buckets;
  return Array.from({ length: 2 * buckets }, (_, i) => from + (0.25 + i / 2) * width);
}

/**
 * A curve with no more points than can be seen: of each of `buckets` equal parts of [from, to] its least and its greatest value, in the order in which they come. So no peak is lost, however many points there are.
 *
 * @param xs Ascending.
 * @param ys Values that are not finite are left out.
 * @returns Two numbers a part; null where it has no value, or only one.
 */
export function decimate(xs: Float64Array, ys: Float64Array, from: number, to: number, buckets: number): (number | null)[] {
  const out = new Array<number | null>(2 * buckets).fill(null);
  const end = Math.min(ys.length, xs.length);
  const perUnit = buckets / (to - from);
  let i = countBelow(xs, from);
  while (i < end && xs[i] <= to) {
    const bucket = bucketOf(xs[i], from, perUnit, buckets);
    let [least, most] = [-1, -1];
    for (; i < end && xs[i] <= to && bucketOf(xs[i], from, perUnit, buckets) === bucket; i++) {
      if (!Number.isFinite(ys[i])) continue;
      if (least < 0 || ys[i] < ys[least]) least = i;
      if (most < 0 || ys[i] > ys[most]) most = i;
    }
    if (least < 0) continue;
    out[2 * bucket] = ys[Math.min(least, most)];
    if (least !== most) out[2 * bucket + 1] = ys[Math.max(least, most)];
  }
  return out;
}

/** The end of the range belongs to the last part. */
function bucketOf(x: number, from: number, perUnit: number, buckets: number): number {
  return Math.min(buckets - 1, Math.floor((x - from) * perUnit));
}
