import { conv2dBackwardInput, conv2dBackwardWeights, conv2dForward, splitsFor, sumRows, transpose } from '@convkit/kernels-gpu';
import { OptionError, assertKnownOptions, sizeOf, type Shape } from '@convkit/tensor';
import { biasGradient } from './bias-gradient.js';
import { assertGroups, assertWhole } from './checks.js';
import { heNormal, zeros, type Initialiser } from './initialisers.js';
import type { Layer } from './layer.js';
import { windowOf, windowOptions, type WindowOptions } from './window.js';

/** Options of {@link conv2d}. */
export interface Conv2dOptions extends WindowOptions {
  /** Output channels. */
  readonly outputs: number;
  /** Rows and columns of the filters: one number for both, or `[rows, columns]`. */
  readonly kernelSize: number | readonly [number, number];
  /** Parts into which input and output channels are divided; each output part reads its own input part only. Default 1. */
  readonly groups?: number;
  /** First values of the weight `[R, S, C / groups, outputs]`. Default {@link heNormal}. */
  readonly weight?: Initialiser;
  /** First values of the bias `[outputs]`. Default {@link zeros}. */
  readonly bias?: Initialiser;
}

/**
 * Convolution (cross-correlation, as the field has it) with a bias: `[N, H, W, C]` to `[N, P, Q, outputs]`, with zeros outside the image.
 *
 * @throws OptionError `OPTION_INVALID`
 *
 * @example
 * ```ts
 * import { conv2d } from '@convkit/layers';
 *
 * // The first layer of AlexNet: the last filters hang over the right and bottom border.
 * const conv1 = conv2d('conv1', { outputs: 96, kernelSize: 11, stride: 4, rounding: 'ceil' });
 * console.log(conv1.outputShape([1, 224, 224, 3])); // [ 1, 55, 55, 96 ]
 * ```
 */
export function conv2d(name: string, options: Conv2dOptions): Layer {
  const owner = `${name} (conv2d)`;
  assertKnownOptions(owner, options, ['outputs', 'kernelSize', 'groups', ...windowOptions, 'weight', 'bias']);
  const { outputs, groups = 1, weight = heNormal, bias = zeros } = options;
  const window = windowOf(owner, 'kernelSize', options.kernelSize, options);
  const [R, S] = window.size;
  assertWhole(owner, 'outputs', outputs, 1);
  assertWhole(owner, 'groups', groups, 1);
  if (outputs % groups !== 0) {
    throw new OptionError({ code: 'OPTION_INVALID', message: `${owner}: ${outputs} outputs cannot be divided into ${groups} groups.` });
  }

  const outputShape = (x: Shape): Shape => {
    const { output } = window.over(x);
    assertGroups(owner, x, groups);
    return [x[0], ...output, outputs];
  };
  const fanIn = (x: Shape) => (R * S * x[3]) / groups;
  const attributes = (x: Shape) => ({ stride: window.stride, padding: window.over(x).padding, groups });

  return {
    name,
    kind: 'conv2d',
    keeps: ['x'],
    outputShape,
    parameterSpecs: (x) => [
      { name: 'weight', shape: [R, S, x[3] / groups, outputs], axes: 'filter rows, filter columns, input channels, outputs', fanIn: fanIn(x), initialise: weight },
      { name: 'bias', shape: [outputs], fanIn: fanIn(x), initialise: bias },
    ],
    scratchShapes: () => [],
    multiplyAdds: (x) => sizeOf(outputShape(x)) * fanIn(x),
    async forward({ device, x, parameters }) {
      return { y: await device.run(conv2dForward, [x, parameters.weight, parameters.bias], attributes(x.shape)), scratch: [] };
    },
    async backward({ device, dy, x, parameters, wantDx }) {
      const [N, P, Q] = dy.shape;
      const shape = parameters.weight.shape;
      const splits = splitsFor(device.limits, N, P * Q);
      const slabs = await device.run(conv2dBackwardWeights, [x, dy], { ...attributes(x.shape), kernelSize: window.size, splits });
      const dweight = splits === 1 ? slabs : await device.run(sumRows, [slabs], { columns: sizeOf(shape), splits: 1 }, { donate: [slabs] });
      const dbias = await biasGradient(device, dy, parameters.bias.shape);
      const gradients = { weight: device.reshape(dweight, shape), bias: dbias };
      if (!wantDx) return { dx: undefined, gradients };
      const turned = await device.run(transpose, [parameters.weight], {});
      const dx = await device.run(conv2dBackwardInput, [dy, turned], { ...attributes(x.shape), inputSize: [x.shape[1], x.shape[2]] }, { donate: [dy, turned] });
      return { dx, gradients };
    },
  };
}
