import { lrnForward, lrnWithinChannelBackward, lrnWithinChannelScale } from '@convkit/kernels-gpu';
import { assertKnownOptions } from '@convkit/tensor';
import { assertImages, assertNormalisation, normalisationOptions } from './checks.js';
import type { Layer } from './layer.js';

/** Options of {@link lrnWithinChannel}. */
export interface LrnWithinChannelOptions {
  /** Rows and columns under the window, an odd number, the pixel itself in the middle. AlexNet: 5. */
  readonly size: number;
  /** Factor of the sum of squares. AlexNet: 1e-3. */
  readonly alpha: number;
  /** Whether `alpha` is divided by `size²` before use: `true` is the convention of the 2012 code (`rnorm`) and of Caffe (`WITHIN_CHANNEL`). */
  readonly divideAlphaBySize: boolean;
  /** Exponent. AlexNet: 0.75. */
  readonly beta: number;
  /** Constant added to the sum. AlexNet and Caffe: 1. */
  readonly k: number;
}

/**
 * Local response normalisation within a channel, `[N, H, W, C]`: `y = x * (k + a * sum x_j^2)^-beta`, where j runs over the `size` x `size`
 * pixels around x in the same channel that exist, and a is the effective alpha.
 * Source: A. Krizhevsky, cuda-convnet (layer type `rnorm`). The network of 2012 has one in layer 2, which its paper does not mention.
 *
 * @throws OptionError `OPTION_INVALID`
 *
 * @example
 * ```ts
 * import { lrnWithinChannel } from '@convkit/layers';
 *
 * const spatialNorm2 = lrnWithinChannel('spatialNorm2', { size: 5, alpha: 1e-3, divideAlphaBySize: true, beta: 0.75, k: 1 });
 * console.log(spatialNorm2.outputShape([1, 27, 27, 256])); // [ 1, 27, 27, 256 ]
 * ```
 */
export function lrnWithinChannel(name: string, options: LrnWithinChannelOptions): Layer {
  const { size, alpha, beta, k, divideAlphaBySize } = options;
  const owner = `${name} (lrnWithinChannel)`;
  assertKnownOptions(owner, options, normalisationOptions);
  assertNormalisation(owner, options);
  const attributes = { size, alpha: divideAlphaBySize ? alpha / size ** 2 : alpha, beta, k };

  return {
    name,
    kind: 'lrnWithinChannel',
    keeps: ['x'],
    outputShape(x) {
      assertImages(owner, x);
      return x;
    },
    parameterSpecs: () => [],
    scratchShapes: (x) => [x],
    multiplyAdds: () => 0,
    async forward({ device, x, donateX }) {
      const scale = await device.run(lrnWithinChannelScale, [x], attributes);
      return { y: await device.run(lrnForward, [x, scale], attributes, { donate: donateX ? [x] : [] }), scratch: [scale] };
    },
    async backward({ device, dy, x, scratch: [scale], wantDx }) {
      const dx = wantDx ? await device.run(lrnWithinChannelBackward, [x, scale, dy], attributes, { donate: [dy, scale] }) : undefined;
      return { dx, gradients: {} };
    },
  };
}
