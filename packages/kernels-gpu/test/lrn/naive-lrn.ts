import type { LrnAttributes } from '@convkit/kernels-gpu';
import { NdArray } from '../support/nd-array.js';

export interface LrnCase extends LrnAttributes {
  readonly title: string;
  readonly x: readonly number[];
}

export const lrnCases: readonly LrnCase[] = [
  { title: 'one channel', x: [1, 1, 1, 1], size: 5, alpha: 0.1, beta: 0.75, k: 2 },
  { title: 'as in AlexNet', x: [2, 3, 2, 16], size: 5, alpha: 2e-5, beta: 0.75, k: 2 },
  { title: 'as in AlexNet with a strong alpha', x: [2, 3, 2, 16], size: 5, alpha: 0.5, beta: 0.75, k: 2 },
  { title: 'odd channels, window of 3', x: [1, 2, 3, 7], size: 3, alpha: 0.3, beta: 0.5, k: 1 },
  { title: 'an even window', x: [1, 3, 2, 6], size: 4, alpha: 0.3, beta: 0.75, k: 1 },
  { title: 'a window wider than the channels', x: [2, 2, 2, 3], size: 9, alpha: 0.2, beta: 1, k: 1.5 },
  { title: 'a window of one', x: [1, 2, 2, 5], size: 1, alpha: 0.7, beta: 0.75, k: 1 },
  { title: 'a beta that is no fraction of 4', x: [1, 2, 2, 8], size: 5, alpha: 0.4, beta: 0.6, k: 2 },
  { title: 'two groups, as the two columns of 2012', x: [1, 2, 3, 8], size: 5, alpha: 0.5, beta: 0.75, k: 2, groups: 2 },
  { title: 'three groups of odd sizes, an even window', x: [2, 2, 1, 15], size: 4, alpha: 0.3, beta: 0.75, k: 1, groups: 3 },
  { title: 'enough cells for several threads', x: [4, 5, 5, 48], size: 5, alpha: 1e-2, beta: 0.75, k: 2 },
];

/** Small enough to move every number up and down. */
export const lrnGradientCases = lrnCases.filter(({ x }) => x.reduce((a, b) => a * b) <= 200);

export function attributesOf({ size, alpha, beta, k, groups = 1 }: LrnCase): LrnAttributes {
  return { size, alpha, beta, k, groups };
}

/** The channels whose squares reach channel `c`: its window, as far as it lies in the same group. */
function windowOf(c: number, C: number, { size, groups = 1 }: LrnAttributes): number[] {
  const groupOf = (channel: number) => Math.floor(channel / (C / groups));
  return Array.from({ length: size }, (_, t) => c - Math.floor((size - 1) / 2) + t).filter((j) => j >= 0 && j < C && groupOf(j) === groupOf(c));
}

export function naiveLrnScale(x: NdArray, attributes: LrnAttributes): NdArray {
  const C = x.shape[3];
  return x.map((_, i) => {
    const c = i % C;
    let sum = 0;
    for (const j of windowOf(c, C, attributes)) sum += x.data[i - c + j] ** 2;
    return attributes.k + attributes.alpha * sum;
  });
}

export function naiveLrn(x: NdArray, attributes: LrnAttributes): NdArray {
  const scale = naiveLrnScale(x, attributes);
  return x.map((value, i) => value * scale.data[i] ** -attributes.beta);
}

/** The gradient as a scatter: y[i] = x[i] · scale[i]^-beta depends on x[i] directly, and through scale[i] on every channel of its window. */
export function naiveLrnBackward(x: NdArray, dy: NdArray, attributes: LrnAttributes): NdArray {
  const { alpha, beta } = attributes;
  const C = x.shape[3];
  const scale = naiveLrnScale(x, attributes);
  const dx = new NdArray(x.shape);
  for (let i = 0; i < x.data.length; i++) {
    const c = i % C;
    dx.data[i] += dy.data[i] * scale.data[i] ** -beta;
    const dscale = dy.data[i] * x.data[i] * -beta * scale.data[i] ** (-beta - 1);
    for (const j of windowOf(c, C, attributes)) dx.data[i - c + j] += dscale * alpha * 2 * x.data[i - c + j];
  }
  return dx;
}
