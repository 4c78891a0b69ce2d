import { NdArray } from './nd-array.js';

/**
 * Gradient of `Σ dy · f(x)` by `x`, by central differences in double precision: independent of every backward formula.
 * The error is about `step²` times the third derivative, plus 1e-16 / `step`; kinks must be further than `step` away.
 */
export function numericGradient(f: (x: NdArray) => NdArray, x: NdArray, dy: NdArray, step = 1e-4): NdArray {
  const moved = new NdArray(x.shape, x.data);
  const lossAt = (i: number, value: number) => {
    moved.data[i] = value;
    const y = f(moved);
    let loss = 0;
    for (let j = 0; j < y.data.length; j++) loss += dy.data[j] * y.data[j];
    return loss;
  };
  return x.map((value, i) => {
    const slope = (lossAt(i, value + step) - lossAt(i, value - step)) / (2 * step);
    moved.data[i] = value;
    return slope;
  });
}
