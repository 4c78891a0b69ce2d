import { tanhBackward, tanhForward } from '@convkit/kernels-gpu';
import { activation } from './activation.js';
import type { Layer } from './layer.js';

/**
 * Hyperbolic tangent: `y = tanh(x)`, from -1 to 1, any shape. It keeps its result, not its input, whose memory it takes over where it may.
 * What networks had before ReLU; figure 1 of the 2012 paper compares the two.
 *
 * @example
 * ```ts
 * import { conv2d, Sequential, tanh } from '@convkit/layers';
 *
 * const net = new Sequential([conv2d('conv1', { outputs: 8, kernelSize: 3 }), tanh('tanh1')]);
 * console.log(net.outputShape([1, 8, 8, 1])); // [ 1, 6, 6, 8 ]
 * ```
 */
export function tanh(name: string): Layer {
  return activation(name, 'tanh', tanhForward, tanhBackward);
}
