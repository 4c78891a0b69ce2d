import type { LrnWithinChannelAttributes } from '@convkit/kernels-gpu';
import { NdArray } from '../support/nd-array.js';

export interface LrnWithinChannelCase extends LrnWithinChannelAttributes {
  readonly title: string;
  readonly x: readonly [number, number, number, number];
}

export const lrnWithinChannelCases: readonly LrnWithinChannelCase[] = [
  { title: 'one pixel', x: [1, 1, 1, 1], size: 5, alpha: 0.1, beta: 0.75, k: 1 },
  { title: 'as in layer 2 of 2012', x: [2, 7, 6, 8], size: 5, alpha: 4e-5, beta: 0.75, k: 1 },
  { title: 'as in layer 2 of 2012 with a strong alpha', x: [2, 7, 6, 8], size: 5, alpha: 0.5, beta: 0.75, k: 1 },
  { title: 'odd sizes, a window of 3', x: [3, 5, 3, 7], size: 3, alpha: 0.3, beta: 0.5, k: 2 },
  { title: 'a window wider than the image', x: [2, 2, 3, 3], size: 9, alpha: 0.2, beta: 1, k: 1.5 },
  { title: 'one row', x: [2, 1, 9, 2], size: 3, alpha: 0.4, beta: 0.75, k: 1 },
  { title: 'one column', x: [2, 9, 1, 2], size: 5, alpha: 0.4, beta: 0.75, k: 1 },
  { title: 'a window of one', x: [1, 2, 2, 5], size: 1, alpha: 0.7, beta: 0.75, k: 1 },
  { title: 'a beta that is no fraction of 4', x: [1, 3, 4, 5], size: 3, alpha: 0.4, beta: 0.6, k: 2 },
  { title: 'enough cells for several threads', x: [9, 8, 8, 32], size: 3, alpha: 1e-2, beta: 0.75, k: 1 },
];

/** Small enough to move every number up and down. */
export const lrnWithinChannelGradientCases = lrnWithinChannelCases.filter(({ x }) => x.reduce((a, b) => a * b) <= 400);

export function attributesOf({ size, alpha, beta, k }: LrnWithinChannelCase): LrnWithinChannelAttributes {
  return { size, alpha, beta, k };
}

/** Every pixel of every channel, and the places in its window that exist. */
function eachWindow(x: NdArray, size: number, visit: (pixel: readonly [number, number, number, number], window: readonly (readonly number[])[]) => void): void {
  const [N, H, W, C] = x.shape;
  const reach = (size - 1) / 2;
  for (let n = 0; n < N; n++)
    for (let h = 0; h < H; h++)
      for (let w = 0; w < W; w++)
        for (let c = 0; c < C; c++) {
          const window: (readonly number[])[] = [];
          for (let i = h - reach; i <= h + reach; i++) for (let j = w - reach; j <= w + reach; j++) if (x.has(n, i, j, c)) window.push([n, i, j, c]);
          visit([n, h, w, c], window);
        }
}

export function naiveLrnWithinChannelScale(x: NdArray, { size, alpha, k }: LrnWithinChannelAttributes): NdArray {
  const scale = new NdArray(x.shape);
  eachWindow(x, size, (pixel, window) => {
    let sum = 0;
    for (const place of window) sum += x.at(...place) ** 2;
    scale.set(k + alpha * sum, ...pixel);
  });
  return scale;
}

export function naiveLrnWithinChannel(x: NdArray, attributes: LrnWithinChannelAttributes): NdArray {
  const scale = naiveLrnWithinChannelScale(x, attributes);
  return x.map((value, i) => value * scale.data[i] ** -attributes.beta);
}

/** The gradient as a scatter: a pixel of y depends on its own x directly, and through its scale on every pixel of its window. */
export function naiveLrnWithinChannelBackward(x: NdArray, dy: NdArray, attributes: LrnWithinChannelAttributes): NdArray {
  const { size, alpha, beta } = attributes;
  const scale = naiveLrnWithinChannelScale(x, attributes);
  const dx = new NdArray(x.shape);
  eachWindow(x, size, (pixel, window) => {
    const base = scale.at(...pixel);
    dx.add(dy.at(...pixel) * base ** -beta, ...pixel);
    const dscale = dy.at(...pixel) * x.at(...pixel) * -beta * base ** (-beta - 1);
    for (const place of window) dx.add(dscale * alpha * 2 * x.at(...place), ...place);
  });
  return dx;
}
