import type { PoolAttributes } from '@convkit/kernels-gpu';
import type { Shape } from '@convkit/tensor';
import { NdArray } from '../support/nd-array.js';
import { eachWindow, poolShape } from '../support/pool-windows.js';

export function naiveAvgPool(x: NdArray, attributes: PoolAttributes): NdArray {
  const y = new NdArray(poolShape(x.shape, attributes));
  eachWindow(x.shape, attributes, (place, pixels) => {
    for (const pixel of pixels) y.add(x.at(...pixel) / pixels.length, ...place);
  });
  return y;
}

/** The gradient as a scatter: each window hands an equal share to each of its pixels. */
export function naiveAvgPoolBackward(x: Shape, dy: NdArray, attributes: PoolAttributes): NdArray {
  const dx = new NdArray(x);
  eachWindow(x, attributes, (place, pixels) => {
    for (const pixel of pixels) dx.add(dy.at(...place) / pixels.length, ...pixel);
  });
  return dx;
}
