import { locallyConnectedBackwardInput, locallyConnectedBackwardWeights, locallyConnectedForward } from '@convkit/kernels-gpu';
import { assertKnownOptions, sizeOf, type Shape } from '@convkit/tensor';
import { biasGradient } from './bias-gradient.js';
import { assertWhole } from './checks.js';
import { heNormal, zeros, type Initialiser } from './initialisers.js';
import type { Layer } from './layer.js';
import { windowOf, windowOptions, type WindowOptions } from './window.js';

/** Options of {@link locallyConnected}. */
export interface LocallyConnectedOptions extends WindowOptions {
  /** Output channels. */
  readonly outputs: number;
  /** Rows and columns of the filters: one number for both, or `[rows, columns]`. */
  readonly kernelSize: number | readonly [number, number];
  /** First values of the weight `[P, Q, R, S, C, outputs]`. Default {@link heNormal}. */
  readonly weight?: Initialiser;
  /** First values of the bias `[P, Q, outputs]`. Default {@link zeros}. */
  readonly bias?: Initialiser;
}

/**
 * Convolution that shares nothing: every place of the result has filters and biases of its own. `[N, H, W, C]` to `[N, P, Q, outputs]`, with zeros outside the image.
 * Its parameters fit images of one size.
 *
 * Source: A. Krizhevsky, cuda-convnet, layers of type `local` (layer.py); they do not share biases either.
 *
 * @throws OptionError `OPTION_INVALID`
 *
 * @example
 * ```ts
 * import { locallyConnected } from '@convkit/layers';
 *
 * // The first local layer of cuda-convnet's nets for CIFAR-10.
 * const local3 = locallyConnected('local3', { outputs: 64, kernelSize: 3, padding: 1 });
 * console.log(local3.parameterSpecs([128, 6, 6, 64]).map(({ shape }) => shape)); // [ [ 6, 6, 3, 3, 64, 64 ], [ 6, 6, 64 ] ]
 * ```
 */
export function locallyConnected(name: string, options: LocallyConnectedOptions): Layer {
  const owner = `${name} (locallyConnected)`;
  assertKnownOptions(owner, options, ['outputs', 'kernelSize', ...windowOptions, 'weight', 'bias']);
  const { outputs, weight = heNormal, bias = zeros } = options;
  const window = windowOf(owner, 'kernelSize', options.kernelSize, options);
  const [R, S] = window.size;
  assertWhole(owner, 'outputs', outputs, 1);

  const outputShape = (x: Shape): Shape => [x[0], ...window.over(x).output, outputs];
  const fanIn = (x: Shape) => R * S * x[3];
  const attributes = (x: Shape) => ({ stride: window.stride, padding: window.over(x).padding });

  return {
    name,
    kind: 'locallyConnected',
    keeps: ['x'],
    outputShape,
    parameterSpecs: (x) => {
      const { output } = window.over(x);
      return [
        { name: 'weight', shape: [...output, R, S, x[3], outputs], axes: 'rows, columns, filter rows, filter columns, input channels, outputs', fanIn: fanIn(x), initialise: weight },
        { name: 'bias', shape: [...output, outputs], fanIn: fanIn(x), initialise: bias },
      ];
    },
    scratchShapes: () => [],
    multiplyAdds: (x) => sizeOf(outputShape(x)) * fanIn(x),
    async forward({ device, x, parameters }) {
      return { y: await device.run(locallyConnectedForward, [x, parameters.weight, parameters.bias], attributes(x.shape)), scratch: [] };
    },
    async backward({ device, dy, x, parameters, wantDx }) {
      const gradients = {
        weight: await device.run(locallyConnectedBackwardWeights, [x, dy], { ...attributes(x.shape), kernelSize: window.size }),
        bias: await biasGradient(device, dy, parameters.bias.shape),
      };
      if (!wantDx) return { dx: undefined, gradients };
      const inputSize = [x.shape[1], x.shape[2]] as const;
      return { dx: await device.run(locallyConnectedBackwardInput, [dy, parameters.weight], { ...attributes(x.shape), inputSize }, { donate: [dy] }), gradients };
    },
  };
}
