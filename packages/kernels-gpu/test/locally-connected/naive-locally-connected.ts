import type { LocallyConnectedAttributes } from '@convkit/kernels-gpu';
import { NdArray } from '../support/nd-array.js';

/** Calls `visit` for every product: output place, pixel inside the image, and the weight between them. */
function eachProduct(
  x: NdArray['shape'],
  [P, Q, R, S, C, K]: NdArray['shape'],
  { stride, padding }: LocallyConnectedAttributes,
  visit: (y: readonly number[], x: readonly number[], weight: readonly number[]) => void,
): void {
  for (let n = 0; n < x[0]; n++)
    for (let p = 0; p < P; p++)
      for (let q = 0; q < Q; q++)
        for (let k = 0; k < K; k++)
          for (let r = 0; r < R; r++)
            for (let s = 0; s < S; s++)
              for (let c = 0; c < C; c++) {
                const h = p * stride[0] + r - padding[0];
                const w = q * stride[1] + s - padding[3];
                if (h >= 0 && h < x[1] && w >= 0 && w < x[2]) visit([n, p, q, k], [n, h, w, c], [p, q, r, s, c, k]);
              }
}

export function naiveLocallyConnected(x: NdArray, weight: NdArray, bias: NdArray, attributes: LocallyConnectedAttributes): NdArray {
  const [P, Q, , , , K] = weight.shape;
  const y = new NdArray([x.shape[0], P, Q, K]).map((_, i) => bias.data[i % bias.data.length]);
  eachProduct(x.shape, weight.shape, attributes, (place, pixel, tap) => y.add(x.at(...pixel) * weight.at(...tap), ...place));
  return y;
}

/** The gradient by the input as a scatter: every product hands its share back. */
export function naiveLocallyConnectedBackwardInput(dy: NdArray, weight: NdArray, x: NdArray['shape'], attributes: LocallyConnectedAttributes): NdArray {
  const dx = new NdArray(x);
  eachProduct(x, weight.shape, attributes, (place, pixel, tap) => dx.add(dy.at(...place) * weight.at(...tap), ...pixel));
  return dx;
}

export function naiveLocallyConnectedBackwardWeights(x: NdArray, dy: NdArray, weight: NdArray['shape'], attributes: LocallyConnectedAttributes): NdArray {
  const dw = new NdArray(weight);
  eachProduct(x.shape, weight, attributes, (place, pixel, tap) => dw.add(x.at(...pixel) * dy.at(...place), ...tap));
  return dw;
}
