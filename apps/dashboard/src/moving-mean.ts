import { Column } from './column.js';

/**
 * Exponential moving mean of a column that grows: m ← m + w (y − m), where w is the reciprocal of the number of values so far, but at least 1 / span, so that the first values do not weigh for long.
 * Values that are not finite are passed over.
 */
export class MovingMean {
  readonly #source: Column;
  readonly #bySpan = new Map<number, Column>();
  #cuts = 0;

  constructor(source: Column) {
    this.#source = source;
  }

  /** The means over about `span` values, one for each value of the source. A span of 1 gives the values themselves. */
  over(span: number): Column {
    if (span <= 1) return this.#source;
    const { values, cuts } = this.#source;
    if (cuts !== this.#cuts) this.#bySpan.clear();
    this.#cuts = cuts;
    const means = this.#bySpan.get(span) ?? new Column();
    this.#bySpan.set(span, means);
    let mean = means.last ?? Number.NaN;
    for (let i = means.length; i < values.length; i++) {
      if (Number.isFinite(values[i])) mean = Number.isFinite(mean) ? mean + Math.max(1 / span, 1 / (i + 1)) * (values[i] - mean) : values[i];
      means.push(mean);
    }
    return means;
  }
}
