import { maxPoolBackward, maxPoolForward } from '@convkit/kernels-gpu';
import { ShapeError, formatShape, type Shape } from '@convkit/tensor';
import type { Layer } from './layer.js';
import { windowOf, type WindowOptions } from './window.js';

/** Options of {@link maxPool}. */
export interface MaxPoolOptions extends WindowOptions {
  /** Rows and columns of the window: one number for both, or `[rows, columns]`. */
  readonly window: number | readonly [number, number];
}

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
export function maxPool(name: string, options: MaxPoolOptions): Layer {
  const owner = `${name} (maxPool)`;
  const window = windowOf(owner, 'window', options.window, options);
  const attributes = (x: Shape) => ({ window: window.size, stride: window.stride, padding: window.over(x).padding });

  return {
    name,
    kind: 'maxPool',
    keeps: ['x'],
    outputShape(x) {
      const { output, padding } = window.over(x);
      if (Math.max(padding[0], padding[2]) >= window.size[0] || Math.max(padding[1], padding[3]) >= window.size[1]) {
        throw new ShapeError({
          code: 'SHAPE_MISMATCH',
          message: `${owner}: a window of ${window.size.join(' x ')} would lie outside the image.`,
          values: { x: formatShape(x), padding: formatShape(padding) },
          help: 'use a larger window, less padding, or rounding "floor".',
        });
      }
      return [x[0], ...output, x[3]];
    },
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
