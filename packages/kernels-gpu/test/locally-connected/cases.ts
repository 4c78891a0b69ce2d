import type { LocallyConnectedAttributes } from '@convkit/kernels-gpu';
import { RandomStream, type Shape } from '@convkit/tensor';

export interface LocallyConnectedCase extends LocallyConnectedAttributes {
  readonly title: string;
  readonly x: Shape;
  readonly weight: Shape;
}

export const locallyConnectedCases: readonly LocallyConnectedCase[] = [
  { title: 'one pixel, one weight', x: [1, 1, 1, 1], weight: [1, 1, 1, 1, 1, 1], stride: [1, 1], padding: [0, 0, 0, 0] },
  { title: '1x1 filters', x: [2, 3, 5, 3], weight: [3, 5, 1, 1, 3, 5], stride: [1, 1], padding: [0, 0, 0, 0] },
  { title: 'one place: a filter as large as the image', x: [3, 4, 5, 2], weight: [1, 1, 4, 5, 2, 7], stride: [1, 1], padding: [0, 0, 0, 0] },
  { title: 'odd sizes, uneven stride and padding', x: [2, 7, 5, 3], weight: [4, 5, 3, 2, 3, 5], stride: [2, 1], padding: [1, 0, 2, 1] },
  { title: 'one pixel under a padded filter', x: [2, 1, 1, 3], weight: [1, 1, 3, 3, 3, 4], stride: [1, 1], padding: [1, 1, 1, 1] },
  { title: 'padding wider than the filter', x: [1, 3, 2, 2], weight: [5, 3, 2, 2, 2, 3], stride: [1, 2], padding: [3, 2, 0, 3] },
  { title: 'a stride beyond the filter', x: [1, 9, 8, 2], weight: [3, 2, 2, 2, 2, 3], stride: [3, 4], padding: [0, 0, 0, 0] },
  { title: 'the local layers of cuda-convnet, small', x: [3, 6, 6, 8], weight: [6, 6, 3, 3, 8, 4], stride: [1, 1], padding: [1, 1, 1, 1] },
  { title: 'enough cells for several threads', x: [9, 4, 4, 8], weight: [4, 4, 3, 3, 8, 32], stride: [1, 1], padding: [1, 1, 1, 1] },
];

/** Small enough to move every number of every input up and down. */
export const locallyConnectedGradientCases: readonly LocallyConnectedCase[] = [
  { title: 'strided, padded', x: [2, 4, 3, 2], weight: [3, 3, 3, 2, 2, 3], stride: [2, 1], padding: [1, 0, 2, 1] },
  { title: 'several images', x: [3, 2, 3, 1], weight: [2, 2, 2, 2, 1, 2], stride: [1, 1], padding: [1, 0, 0, 0] },
];

/** Shapes drawn at random; the places are counted by trying each. */
export function randomLocallyConnectedCases(count: number): readonly LocallyConnectedCase[] {
  const draws = new RandomStream(7, 'locally connected shapes').at();
  const upTo = (n: number) => 1 + draws.integer(n);
  const pad = () => draws.integer(4);
  const places = (padded: number, filter: number, step: number) => {
    let count = 0;
    for (let start = 0; start + filter <= padded; start += step) count++;
    return count;
  };
  return Array.from({ length: count }, (): LocallyConnectedCase => {
    const [C, K, R, S] = [upTo(3), upTo(4), upTo(4), upTo(4)];
    const padding = [pad(), pad(), pad(), pad()] as const;
    const H = Math.max(1, R - padding[0] - padding[2]) + draws.integer(6);
    const W = Math.max(1, S - padding[1] - padding[3]) + draws.integer(6);
    const stride = [upTo(4), upTo(4)] as const;
    const x = [upTo(2), H, W, C];
    const weight = [places(H + padding[0] + padding[2], R, stride[0]), places(W + padding[1] + padding[3], S, stride[1]), R, S, C, K];
    return { title: `[${x.join()}] * [${weight.join()}] stride ${stride.join()} padding ${padding.join()}`, x, weight, stride, padding };
  });
}

export function attributesOf({ stride, padding }: LocallyConnectedCase): LocallyConnectedAttributes {
  return { stride, padding };
}

export function outputShape({ x: [N], weight: [P, Q, , , , K] }: LocallyConnectedCase): Shape {
  return [N, P, Q, K];
}
