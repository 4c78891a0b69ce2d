import { sigmoidBackward, sigmoidForward } from '@convkit/kernels-gpu';
import { activation } from './activation.js';
import type { Layer } from './layer.js';

/**
 * Logistic function: `y = 1 / (1 + exp(-x))`, from 0 to 1, any shape. It keeps its result, not its input, whose memory it takes over where it may.
 *
 * @example
 * ```ts
 * import { dense, Sequential, sigmoid } from '@convkit/layers';
 *
 * const net = new Sequential([dense('fc1', { outputs: 8 }), sigmoid('sigmoid1')]);
 * console.log(net.outputShape([1, 4])); // [ 1, 8 ]
 * ```
 */
export function sigmoid(name: string): Layer {
  return activation(name, 'sigmoid', sigmoidForward, sigmoidBackward);
}
