import { OptionError } from './errors.js';

/**
 * One block of Philox 4x32-10: 128 bits that depend on nothing but the key and the counter.
 * Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
 *
 * @param key Two 32-bit words.
 * @param counter Four 32-bit words.
 * @returns Four 32-bit words.
 */
export function philox4x32(key: readonly [number, number], counter: readonly [number, number, number, number]): [number, number, number, number] {
  let [k0, k1] = key;
  let [c0, c1, c2, c3] = counter;
  for (let round = 0; round < 10; round++) {
    const high0 = multiplyHigh(0xd2511f53, c0);
    const low0 = Math.imul(0xd2511f53, c0);
    const high1 = multiplyHigh(0xcd9e8d57, c2);
    const low1 = Math.imul(0xcd9e8d57, c2);
    c0 = high1 ^ c1 ^ k0;
    c1 = low1;
    c2 = high0 ^ c3 ^ k1;
    c3 = low0;
    k0 = (k0 + 0x9e3779b9) | 0;
    k1 = (k1 + 0xbb67ae85) | 0;
  }
  return [c0 >>> 0, c1 >>> 0, c2 >>> 0, c3 >>> 0];
}

/** Upper 32 bits of the 64-bit product, by 16-bit halves. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const cross = aLow * bHigh + (middle & 0xffff);
  return (aHigh * bHigh + Math.floor(middle / 0x10000) + Math.floor(cross / 0x10000)) | 0;
}

/**
 * A named family of random numbers under one seed. It has no state: {@link RandomStream.at} gives the numbers that belong to a place
 * (an epoch and an image, a step and a layer), the same ones every time, in Node and in the browser.
 *
 * @example
 * ```ts
 * import { RandomStream } from '@convkit/tensor';
 *
 * const crops = new RandomStream(7, 'crop');
 * const draw = crops.at(2, 1041); // epoch 2, image 1041
 * console.log(draw.integer(33), draw.integer(33), draw.uniform() < 0.5);
 * ```
 */
export class RandomStream {
  readonly #key: readonly [number, number];

  /**
   * @param seed A whole number from 0 to 2^53 - 1.
   * @param name What the numbers are for; other names give independent numbers.
   * @throws OptionError `OPTION_INVALID`
   */
  constructor(
    /** Shared by all streams of a run. */
    readonly seed: number,
    /** What the numbers are for. */
    readonly name: string,
  ) {
    if (!Number.isSafeInteger(seed) || seed < 0) {
      throw new OptionError({ code: 'OPTION_INVALID', message: `seed is ${seed}, but must be a whole number from 0 to ${Number.MAX_SAFE_INTEGER}.` });
    }
    const [k0, k1] = philox4x32([seed >>> 0, Math.floor(seed / 2 ** 32)], [fnv1a(name), name.length, 0, 0]);
    this.#key = [k0, k1];
  }

  /** The numbers that belong to a place of up to three coordinates, each a whole number below 2^32. */
  at(i = 0, j = 0, k = 0): RandomDraws {
    return new RandomDraws(this.#key, [i, j, k]);
  }
}

/** A run of random numbers, drawn one after the other from one place of a {@link RandomStream}. */
export class RandomDraws {
  readonly #key: readonly [number, number];
  readonly #place: readonly [number, number, number];
  #block: readonly number[] = [];
  #next = 0;

  /** @internal Made by {@link RandomStream.at}. */
  constructor(key: readonly [number, number], place: readonly [number, number, number]) {
    this.#key = key;
    this.#place = place;
  }

  /** A whole number from 0 to 2^32 - 1, each as likely. */
  word(): number {
    const lane = this.#next & 3;
    if (lane === 0) this.#readBlock();
    this.#next++;
    return this.#block[lane];
  }

  /** Passes over so many words, as if they had been drawn. Every number of {@link RandomDraws.fillMask}, and of the other fills, is one word. */
  skip(words: number): this {
    this.#next += words;
    if ((this.#next & 3) !== 0) this.#readBlock();
    return this;
  }

  #readBlock(): void {
    this.#block = philox4x32(this.#key, [Math.floor(this.#next / 4), ...this.#place]);
  }

  /** A multiple of 2^-32 from 0 up to but not including 1. */
  uniform(): number {
    return this.word() * 2 ** -32;
  }

  /** A whole number from 0 to `n - 1`. The bias is below n / 2^32. */
  integer(n: number): number {
    return Math.floor(this.uniform() * n);
  }

  /**
   * A draw from the standard normal distribution, by its inverse function.
   * Only operations that IEEE 754 defines exactly are used, so every engine gives the same bits.
   */
  normal(): number {
    return inverseNormal((this.word() + 0.5) * 2 ** -32);
  }

  /** Fills an array with normal draws of the given mean and standard deviation. */
  fillNormal(out: Float32Array, mean = 0, deviation = 1): Float32Array {
    for (let i = 0; i < out.length; i++) out[i] = mean + deviation * this.normal();
    return out;
  }

  /** Fills an array with uniform draws from `low` up to `high`. */
  fillUniform(out: Float32Array, low = 0, high = 1): Float32Array {
    for (let i = 0; i < out.length; i++) out[i] = low + (high - low) * this.uniform();
    return out;
  }

  /** Fills an array with 1 (with probability `keep`) and 0. */
  fillMask(out: Float32Array, keep: number): Float32Array {
    for (let i = 0; i < out.length; i++) out[i] = this.uniform() < keep ? 1 : 0;
    return out;
  }

  /** The whole numbers from 0 to `n - 1` in random order (Fisher-Yates). */
  permutation(n: number): Uint32Array {
    const order = Uint32Array.from({ length: n }, (_, i) => i);
    for (let i = n - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      const held = order[i];
      order[i] = order[j];
      order[j] = held;
    }
    return order;
  }
}

/** 32-bit FNV-1a over UTF-16 units. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** Algorithm AS 241 (Wichura 1988, PPND16): the standard normal quantile, relative error about 1e-16. */
function inverseNormal(p: number): number {
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) {
    const r = 0.180625 - q * q;
    return (q * ratio(r, CENTRE_A, CENTRE_B));
  }
  const r = Math.sqrt(-naturalLog(q < 0 ? p : 1 - p));
  const size = r <= 5 ? ratio(r - 1.6, MIDDLE_C, MIDDLE_D) : ratio(r - 5, TAIL_E, TAIL_F);
  return q < 0 ? -size : size;
}

const CENTRE_A = [3.3871328727963666080, 133.14166789178437745, 1971.5909503065514427, 13731.693765509461125, 45921.953931549871457, 67265.770927008700853, 33430.575583588128105, 2509.0809287301226727];
const CENTRE_B = [1, 42.313330701600911252, 687.18700749205790830, 5394.1960214247511077, 21213.794301586595867, 39307.895800092710610, 28729.085735721942674, 5226.4952788528545610];
const MIDDLE_C = [1.42343711074968357734, 4.63033784615654529590, 5.76949722146069140550, 3.64784832476320460504, 1.27045825245236838258, 0.241780725177450611770, 0.0227238449892691845833, 0.000774545014278341407640];
const MIDDLE_D = [1, 2.05319162663775882187, 1.67638483018380384940, 0.689767334985100004550, 0.148103976427480074590, 0.0151986665636164571966, 0.000547593808499534494600, 0.00000000105075007164441684324];
const TAIL_E = [6.65790464350110377720, 5.46378491116411436990, 1.78482653991729133580, 0.296560571828504891230, 0.0265321895265761230930, 0.00124266094738807843860, 0.0000271155556874348757815, 0.000000201033439929228813265];
const TAIL_F = [1, 0.599832206555887937690, 0.136929880922735805310, 0.0148753612908506148525, 0.000786869131145613259100, 0.0000184631831751005468180, 0.000000142151175831644588870, 0.00000000000000204426310338993978564];

function ratio(x: number, above: readonly number[], below: readonly number[]): number {
  return polynomial(x, above) / polynomial(x, below);
}

function polynomial(x: number, coefficients: readonly number[]): number {
  let sum = 0;
  for (let i = coefficients.length - 1; i >= 0; i--) sum = sum * x + coefficients[i];
  return sum;
}

/** ln x for 0 < x < 1 by exact steps only (Math.log may differ between engines in the last bit): x = m 2^e, ln m by the series of atanh. */
function naturalLog(x: number): number {
  let m = x;
  let e = 0;
  while (m < Math.SQRT1_2) {
    m *= 2;
    e--;
  }
  const t = (m - 1) / (m + 1);
  const square = t * t;
  let sum = 0;
  for (let n = 23; n >= 1; n -= 2) sum = sum * square + 1 / n;
  return 2 * t * sum + e * Math.LN2;
}
