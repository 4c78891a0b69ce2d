import type { Conv2dAttributes } from '@convkit/kernels-gpu';
import { NdArray } from '../support/nd-array.js';

/** Calls `visit` for every product of a convolution: output place and pixel, both inside, and the weight between them. Channels are counted over all groups. */
function eachProduct(
  x: NdArray['shape'],
  weight: NdArray['shape'],
  { stride, padding, groups }: Conv2dAttributes,
  visit: (y: [number, number, number, number], x: [number, number, number, number], w: [number, number, number, number]) => void,
): void {
  const [N, P, Q, K] = conv2dShape(x, weight, { stride, padding, groups });
  const [R, S, C] = weight;
  for (let n = 0; n < N; n++)
    for (let p = 0; p < P; p++)
      for (let q = 0; q < Q; q++)
        for (let k = 0; k < K; k++)
          for (let r = 0; r < R; r++)
            for (let s = 0; s < S; s++)
              for (let c = 0; c < C; c++) {
                const h = p * stride[0] + r - padding[0];
                const w = q * stride[1] + s - padding[3];
                const group = Math.floor(k / (K / groups));
                if (h >= 0 && h < x[1] && w >= 0 && w < x[2]) visit([n, p, q, k], [n, h, w, group * C + c], [r, s, c, k]);
              }
}

/** The output's shape, counted by trying every place. */
export function conv2dShape(x: NdArray['shape'], weight: NdArray['shape'], { stride, padding }: Conv2dAttributes): [number, number, number, number] {
  const places = (padded: number, filter: number, step: number) => {
    let count = 0;
    for (let start = 0; start + filter <= padded; start += step) count++;
    return count;
  };
  const [top, right, bottom, left] = padding;
  return [x[0], places(x[1] + top + bottom, weight[0], stride[0]), places(x[2] + left + right, weight[1], stride[1]), weight[3]];
}

export function naiveConv2d(x: NdArray, weight: NdArray, bias: NdArray, attributes: Conv2dAttributes): NdArray {
  const y = new NdArray(conv2dShape(x.shape, weight.shape, attributes)).map((_, i) => bias.data[i % bias.data.length]);
  eachProduct(x.shape, weight.shape, attributes, (place, pixel, tap) => y.add(x.at(...pixel) * weight.at(...tap), ...place));
  return y;
}

/** The gradient by the input as a scatter: every product hands its share back. */
export function naiveConv2dBackwardInput(dy: NdArray, weight: NdArray, x: NdArray['shape'], attributes: Conv2dAttributes): NdArray {
  const dx = new NdArray(x);
  eachProduct(x, weight.shape, attributes, (place, pixel, tap) => dx.add(dy.at(...place) * weight.at(...tap), ...pixel));
  return dx;
}

export function naiveConv2dBackwardWeights(x: NdArray, dy: NdArray, weight: NdArray['shape'], attributes: Conv2dAttributes): NdArray {
  const dw = new NdArray(weight);
  eachProduct(x.shape, weight, attributes, (place, pixel, tap) => dw.add(x.at(...pixel) * dy.at(...place), ...tap));
  return dw;
}
