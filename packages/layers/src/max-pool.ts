import { maxPoolBackward, maxPoolForward } from '@convkit/kernels-gpu';
import type { Layer } from './layer.js';
import { poolWindowOf, type PoolOptions } from './pool-window.js';

/**
 * Maximum over windows, which may overlap: `[N, H, W, C]` to `[N, P, Q, C]`. Windows are clipped to the image: padding holds no values.
 * Of equal values the first in reading order gets the gradient.
 *
 * @throws OptionError `OPTION_INVALID`
 *
 * @example
 * ```ts
 * import { maxPool } from '@convkit/layers';
 *
 * const pool1 = maxPool('pool1', { window: 3, stride: 2 });
 * console.log(pool1.outputShape([1, 55, 55, 96])); // [ 1, 27, 27, 96 ]
 * ```
 */
export function maxPool(name: string, options: PoolOptions): Layer {
  const { attributes, outputShape } = poolWindowOf(`${name} (maxPool)`, options);

  return {
    name,
    kind: 'maxPool',
    keeps: ['x'],
    outputShape,
    parameterSpecs: () => [],
    scratchShapes: () => [],
    multiplyAdds: () => 0,
    async forward({ device, x }) {
      return { y: await device.run(maxPoolForward, [x], attributes(x.shape)), scratch: [] };
    },
    async backward({ device, dy, x, wantDx }) {
      const dx = wantDx ? await device.run(maxPoolBackward, [x, dy], attributes(x.shape), { donate: [dy] }) : undefined;
      return { dx, gradients: {} };
    },
  };
}
