import type { PoolAttributes } from '@convkit/kernels-gpu';
import { RandomStream, type Shape } from '@convkit/tensor';

export interface PoolCase extends PoolAttributes {
  readonly title: string;
  readonly x: Shape;
}

const NONE = [0, 0, 0, 0] as const;

export const poolCases: readonly PoolCase[] = [
  { title: 'one pixel', x: [1, 1, 1, 1], window: [1, 1], stride: [1, 1], padding: NONE },
  { title: 'one pixel under a window that hangs over every edge', x: [2, 1, 1, 3], window: [3, 3], stride: [1, 1], padding: [2, 2, 2, 2] },
  { title: 'the whole image', x: [2, 4, 3, 5], window: [4, 3], stride: [1, 1], padding: NONE },
  { title: 'side by side, odd channels', x: [2, 6, 4, 3], window: [2, 2], stride: [2, 2], padding: NONE },
  { title: 'overlapping, as in AlexNet', x: [2, 7, 7, 8], window: [3, 3], stride: [2, 2], padding: NONE },
  { title: 'overlapping, with pixels left out', x: [1, 8, 6, 2], window: [3, 3], stride: [2, 2], padding: NONE },
  { title: 'overlapping, the last windows clipped', x: [1, 8, 6, 4], window: [3, 3], stride: [2, 2], padding: [0, 1, 1, 0] },
  { title: 'every window overlaps, uneven padding', x: [1, 5, 4, 2], window: [3, 2], stride: [1, 1], padding: [1, 1, 2, 0] },
  { title: 'a stride beyond the window', x: [1, 9, 8, 3], window: [2, 2], stride: [3, 4], padding: NONE },
  { title: 'enough cells for several threads', x: [4, 9, 9, 64], window: [3, 3], stride: [2, 2], padding: NONE },
];

/** Shapes drawn at random that are poolings. */
export function randomPoolCases(count: number): readonly PoolCase[] {
  const draws = new RandomStream(7, 'pool shapes').at();
  const upTo = (n: number) => 1 + draws.integer(n);
  return Array.from({ length: count }, (): PoolCase => {
    const window = [upTo(4), upTo(4)] as const;
    const stride = [upTo(4), upTo(4)] as const;
    const padding = [draws.integer(window[0]), draws.integer(window[1]), draws.integer(window[0]), draws.integer(window[1])] as const;
    const H = Math.max(1, window[0] - padding[0] - padding[2]) + draws.integer(7);
    const W = Math.max(1, window[1] - padding[1] - padding[3]) + draws.integer(7);
    const x = [upTo(2), H, W, upTo(5)];
    return { title: `[${x.join()}] window ${window.join()} stride ${stride.join()} padding ${padding.join()}`, x, window, stride, padding };
  });
}

export function attributesOf({ window, stride, padding }: PoolCase): PoolAttributes {
  return { window, stride, padding };
}

/** Every window as the pixels it holds, in row-major order. @returns the shape of the result */
export function eachWindow(x: Shape, { window, stride, padding }: PoolAttributes, visit: (y: [number, number, number, number], pixels: [number, number, number, number][]) => void): Shape {
  const [top, right, bottom, left] = padding;
  const starts = (size: number, before: number, after: number, length: number, step: number) => {
    const found: number[] = [];
    for (let start = -before; start + length <= size + after; start += step) found.push(start);
    return found;
  };
  const rows = starts(x[1], top, bottom, window[0], stride[0]);
  const columns = starts(x[2], left, right, window[1], stride[1]);
  for (let n = 0; n < x[0]; n++)
    rows.forEach((h0, p) =>
      columns.forEach((w0, q) => {
        for (let c = 0; c < x[3]; c++) {
          const pixels: [number, number, number, number][] = [];
          for (let h = h0; h < h0 + window[0]; h++)
            for (let w = w0; w < w0 + window[1]; w++) if (h >= 0 && h < x[1] && w >= 0 && w < x[2]) pixels.push([n, h, w, c]);
          visit([n, p, q, c], pixels);
        }
      }),
    );
  return [x[0], rows.length, columns.length, x[3]];
}

export function poolShape(x: Shape, attributes: PoolAttributes): Shape {
  return eachWindow(x, attributes, () => {});
}
