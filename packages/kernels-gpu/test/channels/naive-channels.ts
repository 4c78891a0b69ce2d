import { NdArray } from '../support/nd-array.js';

/** All axes but the last as one, and the last. */
function rowsOf(x: NdArray): NdArray {
  const channels = x.shape[x.shape.length - 1];
  return x.reshape([x.data.length / channels, channels]);
}

export function naiveConcat(a: NdArray, b: NdArray): NdArray {
  const [left, right] = [rowsOf(a), rowsOf(b)];
  const [rows, A] = left.shape;
  const [, B] = right.shape;
  const y = new NdArray([rows, A + B]);
  for (let i = 0; i < rows; i++) {
    for (let c = 0; c < A; c++) y.set(left.at(i, c), i, c);
    for (let c = 0; c < B; c++) y.set(right.at(i, c), i, A + c);
  }
  return y.reshape([...a.shape.slice(0, -1), A + B]);
}

export function naiveSlice(x: NdArray, from: number, to: number): NdArray {
  const all = rowsOf(x);
  const [rows] = all.shape;
  const y = new NdArray([rows, to - from]);
  for (let i = 0; i < rows; i++) for (let c = from; c < to; c++) y.set(all.at(i, c), i, c - from);
  return y.reshape([...x.shape.slice(0, -1), to - from]);
}
