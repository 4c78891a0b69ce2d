import { describe, expect, it } from 'vitest';
import { RandomStream, philox4x32 } from '@convkit/tensor';

describe('philox4x32', () => {
  // The known answers published with the authors' library Random123 (kat_vectors, philox4x32 of 10 rounds).
  it.each([
    [[0, 0], [0, 0, 0, 0], [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]],
    [[0xffffffff, 0xffffffff], [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff], [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd]],
    [[0xa4093822, 0x299f31d0], [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1]],
  ] as const)('gives the published answer for key %j, counter %j', (key, counter, answer) => {
    expect(philox4x32(key, counter)).toEqual(answer);
  });
});

describe('RandomStream', () => {
  it('gives the same numbers for one place every time, and pinned ones for good: runs of the past must repeat', () => {
    const stream = new RandomStream(7, 'crop');
    const first = stream.at(2, 1041);
    stream.at(9).word();
    const words = Array.from({ length: 6 }, () => first.word());
    const again = new RandomStream(7, 'crop').at(2, 1041);
    expect(Array.from({ length: 6 }, () => again.word())).toEqual(words);
    expect(words).toMatchInlineSnapshot(`
      [
        1287063362,
        333307243,
        3395974800,
        435200931,
        2079937781,
        1040118638,
      ]
    `);
  });

  it.each([
    ['another seed', new RandomStream(8, 'crop').at(2, 3, 4)],
    ['a seed that differs above 32 bits', new RandomStream(7 + 2 ** 32, 'crop').at(2, 3, 4)],
    ['another name', new RandomStream(7, 'flip').at(2, 3, 4)],
    ['another first coordinate', new RandomStream(7, 'crop').at(1, 3, 4)],
    ['another second coordinate', new RandomStream(7, 'crop').at(2, 0, 4)],
    ['another third coordinate', new RandomStream(7, 'crop').at(2, 3, 5)],
    ['swapped coordinates', new RandomStream(7, 'crop').at(3, 2, 4)],
  ])('gives numbers that have nothing to do with those of %s', (_, other) => {
    const here = new RandomStream(7, 'crop').at(2, 3, 4);
    const n = 20_000;
    let sum = 0;
    let equal = 0;
    for (let i = 0; i < n; i++) {
      const a = here.uniform();
      const b = other.uniform();
      sum += (a - 0.5) * (b - 0.5);
      if (a === b) equal++;
    }
    // Correlation of n independent pairs: deviation 1 / sqrt(n). Five deviations.
    expect(Math.abs((sum / n) * 12)).toBeLessThan(5 / Math.sqrt(n));
    expect(equal).toBeLessThan(3);
  });

  it('is independent from one place to the next: first draws of neighbouring places are uniform and uncorrelated', () => {
    const stream = new RandomStream(1, 'places');
    const n = 20_000;
    const draws = Array.from({ length: n }, (_, i) => stream.at(i).uniform());
    expect(chiSquare(draws, 64)).toBeLessThan(64 + 5 * Math.sqrt(2 * 64));
    const lag = draws.slice(1).reduce((sum, value, i) => sum + (value - 0.5) * (draws[i] - 0.5), 0) / n;
    expect(Math.abs(lag * 12)).toBeLessThan(5 / Math.sqrt(n));
  });

  it('draws on without a break where a block of four ends', () => {
    const draws = new RandomStream(1, 'x').at(5);
    const seen = new Set(Array.from({ length: 4000 }, () => draws.word()));
    expect(seen.size).toBe(4000);
  });

  it.each([-1, 1.5, NaN, 2 ** 53])('refuses the seed %s', (seed) => {
    expect(() => new RandomStream(seed, 'x')).toThrow(`seed is ${seed}, but must be a whole number from 0 to 9007199254740991.\n  code: OPTION_INVALID`);
  });
});

describe('draws', () => {
  const n = 200_000;

  it('are uniform from 0 up to but not including 1', () => {
    const values = new RandomStream(3, 'uniform').at().fillUniform(new Float32Array(n));
    const { mean, variance } = moments(values);
    // Mean 1/2 with deviation sqrt(1/12n), variance 1/12 with deviation sqrt(1/180n); five of each.
    expect(Math.abs(mean - 0.5)).toBeLessThan(5 * Math.sqrt(1 / 12 / n));
    expect(Math.abs(variance - 1 / 12)).toBeLessThan(5 * Math.sqrt(1 / 180 / n));
    expect(chiSquare(values, 256)).toBeLessThan(256 + 5 * Math.sqrt(2 * 256));
    const draws = new RandomStream(3, 'uniform').at();
    let most = 0;
    for (let i = 0; i < n; i++) most = Math.max(most, draws.uniform());
    expect(most).toBeLessThan(1);
    expect(most).toBeGreaterThan(1 - 20 / n);
  });

  it('fill any range', () => {
    const values = new RandomStream(3, 'range').at().fillUniform(new Float32Array(1000), -3, 5);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(-3);
    expect(Math.max(...values)).toBeLessThanOrEqual(5);
    expect(Math.abs(moments(values).mean - 1)).toBeLessThan(5 * Math.sqrt(64 / 12 / 1000));
  });

  it('are normal in mean, variance, skew, kurtosis and quantiles', () => {
    const values = new RandomStream(4, 'normal').at().fillNormal(new Float32Array(n));
    const { mean, variance, third, fourth } = moments(values);
    expect(Math.abs(mean)).toBeLessThan(5 * Math.sqrt(1 / n));
    expect(Math.abs(variance - 1)).toBeLessThan(5 * Math.sqrt(2 / n));
    expect(Math.abs(third)).toBeLessThan(5 * Math.sqrt(15 / n));
    expect(Math.abs(fourth - 3)).toBeLessThan(5 * Math.sqrt(96 / n));
    // Textbook quantiles of the standard normal distribution; the share below one has deviation sqrt(p (1 - p) / n).
    for (const [p, z] of [[0.001, -3.090232], [0.025, -1.959964], [0.1587, -0.99982], [0.5, 0], [0.9, 1.281552], [0.975, 1.959964], [0.999, 3.090232]]) {
      const share = values.filter((value) => value < z).length / n;
      expect(Math.abs(share - p)).toBeLessThan(5 * Math.sqrt((p * (1 - p)) / n));
    }
  });

  it('are the exact normal quantile of their word, in the centre and in the tails', () => {
    const stream = new RandomStream(5, 'quantile');
    let lowest = 1;
    for (let i = 0; i < 20_000; i++) {
      const p = (stream.at(i).word() + 0.5) * 2 ** -32;
      const z = stream.at(i).normal();
      lowest = Math.min(lowest, p);
      const tail = Math.min(p, 1 - p);
      expect(Math.abs(upperTail(Math.abs(z)) - tail) / tail).toBeLessThan(1e-12);
      expect(Math.sign(z)).toBe(Math.sign(p - 0.5));
    }
    expect(lowest).toBeLessThan(1e-3);
  });

  it('have the mean and deviation that were asked for', () => {
    const { mean, variance } = moments(new RandomStream(4, 'shifted').at().fillNormal(new Float32Array(n), 3, 0.01));
    expect(Math.abs(mean - 3)).toBeLessThan(5 * 0.01 * Math.sqrt(1 / n));
    expect(Math.abs(Math.sqrt(variance) / 0.01 - 1)).toBeLessThan(0.01);
  });

  it('are whole numbers below n, each as likely', () => {
    const draws = new RandomStream(6, 'integer').at();
    const counts = new Array<number>(33).fill(0);
    for (let i = 0; i < 33_000; i++) counts[draws.integer(33)]++;
    const chi = counts.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    expect(chi).toBeLessThan(33 + 5 * Math.sqrt(66));
  });

  it('are a mask of ones and zeros', () => {
    const mask = new RandomStream(6, 'mask').at().fillMask(new Float32Array(n), 0.3);
    expect(new Set(mask)).toEqual(new Set([0, 1]));
    expect(Math.abs(moments(mask).mean - 0.3)).toBeLessThan(5 * Math.sqrt(0.21 / n));
    expect(new Set(new RandomStream(6, 'mask').at().fillMask(new Float32Array(1000), 1))).toEqual(new Set([1]));
  });

  it('are those that come later when words are passed over', () => {
    const draws = () => new RandomStream(7, 'skip').at(1, 2, 3);
    const words = Array.from({ length: 41 }, ((from) => () => from.word())(draws()));
    for (let first = 0; first <= 32; first++) {
      const later = draws().skip(first);
      expect(Array.from({ length: 9 }, () => later.word())).toEqual(words.slice(first, first + 9));
    }
    const twice = draws();
    twice.word();
    twice.skip(5).skip(0);
    expect([twice.word(), twice.skip(2).word()]).toEqual([words[6], words[9]]);
    const mask = draws().fillMask(new Float32Array(41), 0.3);
    expect(draws().skip(13).fillMask(new Float32Array(28), 0.3)).toEqual(mask.slice(13));
  });

  it('are a permutation, with every value in every place alike', () => {
    const stream = new RandomStream(8, 'shuffle');
    const order = stream.at(1).permutation(1000);
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, i) => i));
    expect([...stream.at(1).permutation(1000)]).toEqual([...order]);
    expect([...stream.at(2).permutation(1000)]).not.toEqual([...order]);
    const counts = new Map<string, number>();
    for (let i = 0; i < 24_000; i++) {
      const key = stream.at(i, 1).permutation(4).join('');
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    const chi = [...counts.values()].reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    expect(chi).toBeLessThan(23 + 5 * Math.sqrt(46));
    expect([...stream.at().permutation(0)]).toEqual([]);
    expect([...stream.at().permutation(1)]).toEqual([0]);
  });
});

function moments(values: ArrayLike<number>) {
  const n = values.length;
  const mean = Array.from(values).reduce((sum, value) => sum + value, 0) / n;
  let variance = 0;
  let third = 0;
  let fourth = 0;
  for (let i = 0; i < n; i++) {
    const d = values[i] - mean;
    variance += (d * d) / n;
    third += d ** 3 / n;
    fourth += d ** 4 / n;
  }
  return { mean, variance, third, fourth };
}

/** Pearson's statistic over equal bins of [0, 1); its mean is about `bins`, its deviation about sqrt(2 bins). */
function chiSquare(values: ArrayLike<number>, bins: number): number {
  const counts = new Array<number>(bins).fill(0);
  for (let i = 0; i < values.length; i++) counts[Math.floor(values[i] * bins)]++;
  const expected = values.length / bins;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

/** Probability above z >= 0 under the standard normal curve: Taylor's series of the integral near 0, Laplace's continued fraction further out. */
function upperTail(z: number): number {
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
  if (z < 2.5) {
    let term = z;
    let sum = z;
    for (let k = 1; k < 200; k++) {
      term *= (z * z) / (2 * k + 1);
      sum += term;
    }
    return 0.5 - density * sum;
  }
  let fraction = z;
  for (let k = 300; k >= 1; k--) fraction = z + k / fraction;
  return density / fraction;
}
