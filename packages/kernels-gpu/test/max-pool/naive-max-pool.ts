import type { PoolAttributes } from '@convkit/kernels-gpu';
import { NdArray } from '../support/nd-array.js';
import { eachWindow, poolShape } from '../support/pool-windows.js';

export function naiveMaxPool(x: NdArray, attributes: PoolAttributes): NdArray {
  const y = new NdArray(poolShape(x.shape, attributes));
  eachWindow(x.shape, attributes, (place, pixels) => y.set(Math.max(...pixels.map((pixel) => x.at(...pixel))), ...place));
  return y;
}

/** The gradient as a scatter: each window hands its share to its first largest pixel. */
export function naiveMaxPoolBackward(x: NdArray, dy: NdArray, attributes: PoolAttributes): NdArray {
  const dx = new NdArray(x.shape);
  eachWindow(x.shape, attributes, (place, pixels) => {
    let winner = pixels[0];
    for (const pixel of pixels) if (x.at(...pixel) > x.at(...winner)) winner = pixel;
    dx.add(dy.at(...place), ...winner);
  });
  return dx;
}
