import type { Shape } from '@convkit/tensor';
import { NdArray } from '../support/nd-array.js';

export interface DenseCase {
  readonly title: string;
  readonly x: Shape;
  readonly outputs: number;
}

export const denseCases: readonly DenseCase[] = [
  { title: 'one number', x: [1, 1], outputs: 1 },
  { title: 'one row, odd sizes', x: [1, 7], outputs: 5 },
  { title: 'images, flattened', x: [3, 2, 2, 5], outputs: 10 },
  { title: 'sizes divisible by 4', x: [4, 16], outputs: 8 },
  { title: 'a longer sum than a loop without a stated bound would run', x: [2, 1500], outputs: 3 },
  { title: 'enough cells for several threads', x: [64, 12], outputs: 80 },
];

/** Sides longer than a texture of many WebGL2 devices. */
export const longDenseCases: readonly DenseCase[] = [
  { title: 'more outputs than one side of a texture', x: [2, 3], outputs: 8200 },
  { title: 'more inputs than one side of a texture', x: [3, 8200], outputs: 2 },
  { title: 'one row of more inputs than one side of a texture', x: [1, 8200], outputs: 2 },
];

/** How many numbers a row of `x` holds. */
export function inputsOf(x: Shape): number {
  return x.slice(1).reduce((product, axis) => product * axis, 1);
}

export function naiveDense(x: NdArray, weight: NdArray, bias: NdArray): NdArray {
  const rows = x.reshape([x.shape[0], inputsOf(x.shape)]);
  const [I, O] = weight.shape;
  const y = new NdArray([x.shape[0], O]);
  for (let n = 0; n < x.shape[0]; n++)
    for (let o = 0; o < O; o++) {
      y.add(bias.at(o), n, o);
      for (let i = 0; i < I; i++) y.add(rows.at(n, i) * weight.at(i, o), n, o);
    }
  return y;
}

/** Gradients by input and weights as scatters: every product hands its shares back. */
export function naiveDenseBackward(x: NdArray, weight: NdArray, dy: NdArray): { dx: NdArray; dw: NdArray } {
  const rows = x.reshape([x.shape[0], inputsOf(x.shape)]);
  const dx = new NdArray(rows.shape);
  const dw = new NdArray(weight.shape);
  for (let n = 0; n < rows.shape[0]; n++)
    for (let i = 0; i < weight.shape[0]; i++)
      for (let o = 0; o < weight.shape[1]; o++) {
        dx.add(dy.at(n, o) * weight.at(i, o), n, i);
        dw.add(dy.at(n, o) * rows.at(n, i), i, o);
      }
  return { dx: dx.reshape(x.shape), dw };
}
