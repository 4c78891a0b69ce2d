/** Sum over all cells of (count - expected)^2 / expected. */
export function chiSquare(counts: ArrayLike<number>, expected: number): number {
  return Array.from(counts).reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

/**
 * The largest distance between the share of values up to x and `cdf(x)`, times the root of their number: Kolmogorov's statistic.
 * If the values follow `cdf` and are many, P(above 2) = 2 exp(-2 * 2^2) = 0.0007.
 */
export function kolmogorov(values: readonly number[], cdf: (x: number) => number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const n = sorted.length;
  return Math.sqrt(n) * sorted.reduce((most, x, i) => Math.max(most, (i + 1) / n - cdf(x), cdf(x) - i / n), 0);
}

/** The same for two samples: Smirnov's statistic, the distance of their shares times sqrt(n m / (n + m)). P(above 2) = 0.0007 if they follow one law. */
export function smirnov(a: readonly number[], b: readonly number[]): number {
  const [first, second] = [a, b].map((values) => [...values].sort((x, y) => x - y));
  let most = 0;
  let j = 0;
  for (let i = 0; i < first.length; i++) {
    if (i + 1 < first.length && first[i + 1] === first[i]) continue;
    while (j < second.length && second[j] <= first[i]) j++;
    most = Math.max(most, Math.abs((i + 1) / first.length - j / second.length));
  }
  return most * Math.sqrt((first.length * second.length) / (first.length + second.length));
}

/** The share of a standard normal below x: 1/2 + density(x) (x + x^3/3 + x^5/(3 5) + x^7/(3 5 7) + …). */
export function normalCdf(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 3; Math.abs(term) > 1e-17; n += 2) sum += term *= (x * x) / n;
  return 0.5 + (Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)) * sum;
}

/** Pearson's correlation. */
export function correlation(a: readonly number[], b: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  const product = (f: (i: number) => number) => a.reduce((sum, _, i) => sum + f(i), 0);
  const [dA, dB] = [(i: number) => a[i] - meanA, (i: number) => b[i] - meanB];
  return product((i) => dA(i) * dB(i)) / Math.sqrt(product((i) => dA(i) ** 2) * product((i) => dB(i) ** 2));
}
