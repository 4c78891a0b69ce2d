import type { RandomDraws } from '@convkit/tensor';

/** Fills a parameter's first values. `fanIn` is how many inputs reach one output. */
export type Initialiser = (out: Float32Array, draws: RandomDraws, fanIn: number) => void;

/**
 * Normal draws around zero.
 *
 * @param deviation Standard deviation, or a rule that gives it from the fan-in.
 *
 * @example
 * ```ts
 * import { conv2d, gaussian } from '@convkit/layers';
 *
 * const xavier = gaussian((fanIn) => 1 / Math.sqrt(fanIn));
 * const conv1 = conv2d('conv1', { outputs: 8, kernelSize: 3, weight: xavier });
 * console.log(conv1.parameterSpecs([1, 8, 8, 1])[0].fanIn); // 9
 * ```
 */
export function gaussian(deviation: number | ((fanIn: number) => number)): Initialiser {
  return (out, draws, fanIn) => {
    draws.fillNormal(out, 0, typeof deviation === 'number' ? deviation : deviation(fanIn));
  };
}

/**
 * Uniform draws around zero.
 *
 * @param bound Draws lie between -bound and bound; or a rule that gives it from the fan-in. PyTorch draws weights and biases of its layers with 1 / sqrt(fanIn).
 *
 * @example
 * ```ts
 * import { conv2d, uniform } from '@convkit/layers';
 *
 * const asInPyTorch = uniform((fanIn) => 1 / Math.sqrt(fanIn));
 * const conv1 = conv2d('conv1', { outputs: 8, kernelSize: 3, weight: asInPyTorch, bias: asInPyTorch });
 * console.log(conv1.parameterSpecs([1, 8, 8, 1])[1].fanIn); // 9
 * ```
 */
export function uniform(bound: number | ((fanIn: number) => number)): Initialiser {
  return (out, draws, fanIn) => {
    const most = typeof bound === 'number' ? bound : bound(fanIn);
    draws.fillUniform(out, -most, most);
  };
}

/** The same value everywhere. */
export function constant(value: number): Initialiser {
  return (out) => {
    out.fill(value);
  };
}

/** Zeros. */
export const zeros: Initialiser = constant(0);

/**
 * Normal draws of deviation sqrt(2 / fanIn), which keeps the size of activations through ReLU layers.
 * Source: He, Zhang, Ren, Sun, "Delving deep into rectifiers", 2015.
 */
export const heNormal: Initialiser = gaussian((fanIn) => Math.sqrt(2 / fanIn));
