import { lrnBackward, lrnForward, lrnScale } from '@convkit/kernels-gpu';
import { assertKnownOptions } from '@convkit/tensor';
import { assertGroups, assertImages, assertNormalisation, assertWhole, normalisationOptions } from './checks.js';
import type { Layer } from './layer.js';

/** Options of {@link lrn}. Hardly one has a default, because the libraries of the field disagree about them. */
export interface LrnOptions {
  /** Channels under the window, an odd number, the layer's own in the middle. AlexNet: 5. */
  readonly size: number;
  /** Factor of the sum of squares. AlexNet: 1e-4. */
  readonly alpha: number;
  /**
   * Whether `alpha` is divided by `size` before use. `true` is the convention of the 2012 code, Caffe, cuDNN, ONNX and PyTorch;
   * `false` is that of the 2012 paper's formula and of TensorFlow.
   */
  readonly divideAlphaBySize: boolean;
  /** Exponent. AlexNet: 0.75. */
  readonly beta: number;
  /** Constant added to the sum. AlexNet: 2. */
  readonly k: number;
  /**
   * Parts of the channels that are normalised each by itself. The 2012 network has two, one for each of its columns; most others let windows reach across. Default 1.
   */
  readonly groups?: number;
}

/**
 * Local response normalisation across channels, `[N, H, W, C]`: `y_i = x_i * (k + a * sum_j x_j^2)^-beta`, where j runs over the `size`
 * channels around i that exist in its group, and a is the effective alpha.
 * Source: Krizhevsky, Sutskever, Hinton, "ImageNet classification with deep convolutional neural networks", 2012, section 3.3.
 *
 * @throws OptionError `OPTION_INVALID`
 *
 * @example
 * ```ts
 * import { lrn } from '@convkit/layers';
 *
 * const norm1 = lrn('norm1', { size: 5, alpha: 1e-4, divideAlphaBySize: true, beta: 0.75, k: 2, groups: 2 });
 * console.log(norm1.keeps); // [ 'x' ]
 * ```
 */
export function lrn(name: string, options: LrnOptions): Layer {
  const { size, alpha, beta, k, divideAlphaBySize, groups = 1 } = options;
  const owner = `${name} (lrn)`;
  assertKnownOptions(owner, options, [...normalisationOptions, 'groups']);
  assertNormalisation(owner, options);
  assertWhole(owner, 'groups', groups, 1);
  const attributes = { size, alpha: divideAlphaBySize ? alpha / size : alpha, beta, k, groups };

  return {
    name,
    kind: 'lrn',
    keeps: ['x'],
    outputShape(x) {
      assertImages(owner, x);
      assertGroups(owner, x, groups);
      return x;
    },
    parameterSpecs: () => [],
    scratchShapes: (x) => [x],
    multiplyAdds: () => 0,
    async forward({ device, x, donateX }) {
      const scale = await device.run(lrnScale, [x], attributes);
      return { y: await device.run(lrnForward, [x, scale], attributes, { donate: donateX ? [x] : [] }), scratch: [scale] };
    },
    async backward({ device, dy, x, scratch: [scale], wantDx }) {
      const dx = wantDx ? await device.run(lrnBackward, [x, scale, dy], attributes, { donate: [dy, scale] }) : undefined;
      return { dx, gradients: {} };
    },
  };
}
