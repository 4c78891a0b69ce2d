import type { Conv2dAttributes } from '@convkit/kernels-gpu';
import { RandomStream, type Shape } from '@convkit/tensor';

export interface Conv2dCase extends Conv2dAttributes {
  readonly title: string;
  readonly x: Shape;
  readonly weight: Shape;
}

export const conv2dCases: readonly Conv2dCase[] = [
  { title: 'one pixel, one weight', x: [1, 1, 1, 1], weight: [1, 1, 1, 1], stride: [1, 1], padding: [0, 0, 0, 0], groups: 1 },
  { title: '1x1 filters', x: [2, 3, 5, 3], weight: [1, 1, 3, 5], stride: [1, 1], padding: [0, 0, 0, 0], groups: 1 },
  { title: 'a filter as large as the image', x: [3, 4, 5, 2], weight: [4, 5, 2, 7], stride: [1, 1], padding: [0, 0, 0, 0], groups: 1 },
  { title: 'odd sizes, uneven stride and padding', x: [2, 7, 5, 3], weight: [3, 2, 3, 5], stride: [2, 1], padding: [1, 0, 2, 1], groups: 1 },
  { title: 'one pixel under a padded filter', x: [2, 1, 1, 3], weight: [3, 3, 3, 4], stride: [1, 1], padding: [1, 1, 1, 1], groups: 1 },
  { title: 'padding wider than the filter', x: [1, 3, 2, 2], weight: [2, 2, 2, 3], stride: [1, 2], padding: [3, 2, 0, 3], groups: 1 },
  { title: 'a stride beyond the filter', x: [1, 9, 8, 2], weight: [2, 2, 2, 3], stride: [3, 4], padding: [0, 0, 0, 0], groups: 1 },
  { title: 'the first layer of AlexNet, small', x: [1, 20, 20, 3], weight: [11, 11, 3, 8], stride: [4, 4], padding: [0, 3, 3, 0], groups: 1 },
  { title: 'two groups', x: [2, 5, 6, 4], weight: [3, 3, 2, 8], stride: [1, 1], padding: [1, 1, 1, 1], groups: 2 },
  { title: 'three groups of odd sizes, strided', x: [1, 6, 5, 9], weight: [2, 3, 3, 15], stride: [2, 2], padding: [0, 1, 1, 0], groups: 3 },
  { title: 'one group a channel', x: [1, 4, 5, 4], weight: [3, 3, 1, 8], stride: [1, 1], padding: [1, 1, 1, 1], groups: 4 },
  { title: 'enough cells for several threads', x: [4, 8, 8, 8], weight: [3, 3, 4, 16], stride: [1, 1], padding: [1, 1, 1, 1], groups: 2 },
];

/** Small enough to move every number of every input up and down. */
export const conv2dGradientCases: readonly Conv2dCase[] = [
  { title: 'strided, padded', x: [2, 4, 3, 2], weight: [3, 2, 2, 3], stride: [2, 1], padding: [1, 0, 2, 1], groups: 1 },
  { title: 'in groups', x: [1, 3, 3, 4], weight: [2, 2, 2, 4], stride: [1, 2], padding: [0, 1, 1, 0], groups: 2 },
];

/** Shapes drawn at random that are convolutions. */
export function randomConv2dCases(count: number): readonly Conv2dCase[] {
  const draws = new RandomStream(7, 'conv2d shapes').at();
  const upTo = (n: number) => 1 + draws.integer(n);
  const pad = () => draws.integer(4);
  return Array.from({ length: count }, (): Conv2dCase => {
    const groups = upTo(3);
    const [C, K, R, S] = [upTo(3), upTo(4), upTo(4), upTo(4)];
    const padding = [pad(), pad(), pad(), pad()] as const;
    const H = Math.max(1, R - padding[0] - padding[2]) + draws.integer(6);
    const W = Math.max(1, S - padding[1] - padding[3]) + draws.integer(6);
    const stride = [upTo(4), upTo(4)] as const;
    const x = [upTo(2), H, W, C * groups];
    const weight = [R, S, C, K * groups];
    return { title: `[${x.join()}] * [${weight.join()}] stride ${stride.join()} padding ${padding.join()} groups ${groups}`, x, weight, stride, padding, groups };
  });
}

export function attributesOf({ stride, padding, groups }: Conv2dCase): Conv2dAttributes {
  return { stride, padding, groups };
}
