import { avgPoolBackward, avgPoolForward } from '@convkit/kernels-gpu';
import type { Layer } from './layer.js';
import { poolWindowOf, type PoolOptions } from './pool-window.js';

/**
 * Mean over windows, which may overlap: `[N, H, W, C]` to `[N, P, Q, C]`. Windows are clipped to the image, and the mean is over the pixels that are left,
 * as in cuda-convnet and in PyTorch with `count_include_pad=False`. Caffe does the same where a window hangs over, but counts its own padding.
 * It keeps nothing for backward.
 *
 * @throws OptionError `OPTION_INVALID`
 *
 * @example
 * ```ts
 * import { avgPool } from '@convkit/layers';
 *
 * const pool2 = avgPool('pool2', { window: 3, stride: 2, rounding: 'ceil' });
 * console.log(pool2.outputShape([1, 16, 16, 32])); // [ 1, 8, 8, 32 ]
 * ```
 */
export function avgPool(name: string, options: PoolOptions): Layer {
  const { attributes, outputShape } = poolWindowOf(`${name} (avgPool)`, options);

  return {
    name,
    kind: 'avgPool',
    keeps: [],
    outputShape,
    parameterSpecs: () => [],
    scratchShapes: () => [],
    multiplyAdds: () => 0,
    async forward({ device, x, donateX }) {
      return { y: await device.run(avgPoolForward, [x], attributes(x.shape), { donate: donateX ? [x] : [] }), scratch: [] };
    },
    async backward({ device, dy, x, wantDx }) {
      const [, height, width] = x.shape;
      const dx = wantDx ? await device.run(avgPoolBackward, [dy], { ...attributes(x.shape), inputSize: [height, width] }, { donate: [dy] }) : undefined;
      return { dx, gradients: {} };
    },
  };
}
