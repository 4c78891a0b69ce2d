import { NdArray } from '../support/nd-array.js';

export function naiveConcat(a: NdArray, b: NdArray): NdArray {
  const others = a.shape.slice(0, -1);
  const [A, B] = [a, b].map(({ shape }) => shape[shape.length - 1]);
  const rows = a.data.length / A;
  const y = new NdArray([rows, A + B]);
  for (let i = 0; i < rows; i++) {
    for (let c = 0; c < A; c++) y.set(a.reshape([rows, A]).at(i, c), i, c);
    for (let c = 0; c < B; c++) y.set(b.reshape([rows, B]).at(i, c), i, A + c);
  }
  return y.reshape([...others, A + B]);
}

export function naiveSlice(x: NdArray, from: number, to: number): NdArray {
  const C = x.shape[x.shape.length - 1];
  const rows = x.data.length / C;
  const y = new NdArray([rows, to - from]);
  for (let i = 0; i < rows; i++) for (let c = from; c < to; c++) y.set(x.reshape([rows, C]).at(i, c), i, c - from);
  return y.reshape([...x.shape.slice(0, -1), to - from]);
}
