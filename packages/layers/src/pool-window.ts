import { ShapeError, assertKnownOptions, formatShape, type Shape } from '@convkit/tensor';
import { windowOf, windowOptions, type WindowOptions } from './window.js';

/** Options of {@link maxPool} and {@link avgPool}. */
export interface PoolOptions extends WindowOptions {
  /** Rows and columns of the window: one number for both, or `[rows, columns]`. */
  readonly window: number | readonly [number, number];
}

/**
 * A window in which pixels are pooled: what all poolings say of shapes.
 * @throws OptionError `OPTION_INVALID`
 */
export function poolWindowOf(owner: string, options: PoolOptions) {
  assertKnownOptions(owner, options, ['window', ...windowOptions]);
  const window = windowOf(owner, 'window', options.window, options);
  return {
    /** Of the kernels, on an image of shape `x`. */
    attributes: (x: Shape) => ({ window: window.size, stride: window.stride, padding: window.over(x).padding }),
    /** @throws ShapeError `SHAPE_MISMATCH`, also where a window would hold no pixel */
    outputShape: (x: Shape): Shape => {
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
  };
}
