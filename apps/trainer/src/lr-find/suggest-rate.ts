/** An update of a range test. */
export interface RangePoint {
  readonly step: number;
  /** Of the weights. */
  readonly rate: number;
  /** Of the batch, before the update. */
  readonly loss: number;
  /** Mean of the losses so far, the later ones weighing more; see {@link smoother}. */
  readonly smoothed: number;
}

/** What a range test says of the rate. */
export interface RateSuggestion {
  /** The lower of the two below. */
  readonly rate: number;
  /** Where the smoothed loss falls fastest by the logarithm of the rate. */
  readonly steepest: number;
  /** A tenth of the rate at which the smoothed loss is least: at that rate itself it is about to rise. */
  readonly tenthOfLeast: number;
}

/** What is left of a mean after each new value. */
const memory = 0.9;
/** Part of the points on either side over which a slope is taken. */
const reach = 0.025;
/** Part by which the least smoothed loss must be below the first. */
const leastFall = 0.05;

/** Exponentially weighted means of values given one after the other, without the pull towards 0 that the first ones would have: `m_i = (1 - b) sum_j b^(i-j) v_j / (1 - b^i)`, b = 0.9. */
export function smoother(): (value: number) => number {
  let sum = 0;
  let weight = 0;
  return (value) => {
    sum = memory * sum + (1 - memory) * value;
    weight = memory * weight + (1 - memory);
    return sum / weight;
  };
}

/**
 * The rate that a range test speaks for; undefined where the loss did not fall by 5 %.
 *
 * Source: L. Smith, "Cyclical learning rates for training neural networks", 2017, section 3.3, whose range test it is; the two rules are those of fastai's `lr_find`.
 *
 * @param points At rates that rise by a constant factor.
 */
export function suggestRate(points: readonly RangePoint[]): RateSuggestion | undefined {
  if (points.length === 0) return undefined;
  const least = points.reduce((best, point, i) => (point.smoothed < points[best].smoothed ? i : best), 0);
  if (!(points[least].smoothed < (1 - leastFall) * points[0].smoothed)) return undefined;
  const width = Math.max(1, Math.round(reach * points.length));
  const slopeAt = (i: number): number => {
    const [before, after] = [Math.max(0, i - width), Math.min(least, i + width)];
    return (points[after].smoothed - points[before].smoothed) / (after - before);
  };
  let steepest = 0;
  for (let i = 1; i <= least; i++) if (slopeAt(i) < slopeAt(steepest)) steepest = i;
  const both = { steepest: points[steepest].rate, tenthOfLeast: points[least].rate / 10 };
  return { rate: Math.min(both.steepest, both.tenthOfLeast), ...both };
}
