import { reluBackward, reluForward } from '@convkit/kernels-gpu';
import { activation } from './activation.js';
import type { Layer } from './layer.js';

/**
 * Rectifier: `y = max(0, x)`, any shape. It keeps its result, not its input, whose memory it takes over where it may.
 * At 0 the derivative is taken as 0.
 *
 * @example
 * ```ts
 * import { conv2d, relu, Sequential } from '@convkit/layers';
 *
 * const net = new Sequential([conv2d('conv1', { outputs: 8, kernelSize: 3 }), relu('relu1')]);
 * console.log(net.outputShape([1, 8, 8, 1])); // [ 1, 6, 6, 8 ]
 * ```
 */
export function relu(name: string): Layer {
  return activation(name, 'relu', reluForward, reluBackward);
}
