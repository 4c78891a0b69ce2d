import { denseBackwardInput, denseBackwardWeights, denseForward, transpose } from '@convkit/kernels-gpu';
import { ShapeError, assertKnownOptions, formatShape, sizeOf, type Shape } from '@convkit/tensor';
import { biasGradient } from './bias-gradient.js';
import { assertWhole } from './checks.js';
import { heNormal, zeros, type Initialiser } from './initialisers.js';
import type { Layer } from './layer.js';

/** Options of {@link dense}. */
export interface DenseOptions {
  /** Output features. */
  readonly outputs: number;
  /** First values of the weight `[inputs, outputs]`. Default {@link heNormal}. */
  readonly weight?: Initialiser;
  /** First values of the bias `[outputs]`. Default {@link zeros}. */
  readonly bias?: Initialiser;
}

/**
 * Fully connected layer: `[N, ...]`, flattened to `[N, inputs]`, times the weight `[inputs, outputs]`, plus the bias.
 * An image is flattened in the order row, column, channel.
 *
 * @throws OptionError `OPTION_INVALID`
 *
 * @example
 * ```ts
 * import { dense } from '@convkit/layers';
 *
 * const fc6 = dense('fc6', { outputs: 4096 });
 * console.log(fc6.parameterSpecs([1, 6, 6, 256])[0].shape); // [ 9216, 4096 ]
 * ```
 */
export function dense(name: string, options: DenseOptions): Layer {
  const { outputs, weight = heNormal, bias = zeros } = options;
  const owner = `${name} (dense)`;
  assertKnownOptions(owner, options, ['outputs', 'weight', 'bias']);
  assertWhole(owner, 'outputs', outputs, 1);

  const inputsOf = (x: Shape): number => {
    if (x.length < 2) throw new ShapeError({ code: 'SHAPE_MISMATCH', message: `${owner}: x must be [N, ...].`, values: { x: formatShape(x) } });
    return sizeOf(x.slice(1));
  };

  return {
    name,
    kind: 'dense',
    keeps: ['x'],
    outputShape: (x) => {
      inputsOf(x);
      return [x[0], outputs];
    },
    parameterSpecs: (x) => [
      { name: 'weight', shape: [inputsOf(x), outputs], axes: x.length > 2 ? 'row x column x channel, outputs' : 'inputs, outputs', fanIn: inputsOf(x), initialise: weight },
      { name: 'bias', shape: [outputs], fanIn: inputsOf(x), initialise: bias },
    ],
    scratchShapes: () => [],
    multiplyAdds: (x) => x[0] * inputsOf(x) * outputs,
    async forward({ device, x, parameters }) {
      return { y: await device.run(denseForward, [x, parameters.weight, parameters.bias], {}), scratch: [] };
    },
    async backward({ device, dy, x, parameters, wantDx }) {
      const gradients = { weight: await device.run(denseBackwardWeights, [x, dy], {}), bias: await biasGradient(device, dy, parameters.bias.shape) };
      if (!wantDx) return { dx: undefined, gradients };
      const turned = await device.run(transpose, [parameters.weight], {});
      const dx = await device.run(denseBackwardInput, [dy, turned], { inputShape: x.shape }, { donate: [dy, turned] });
      return { dx, gradients };
    },
  };
}
