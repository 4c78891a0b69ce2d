import type { KernelSpec } from '@convkit/tensor';
import type { Layer } from './layer.js';

/**
 * A layer that maps every number by itself, any shape, and tells the slope from its result: that is what it keeps, not its input, whose memory it takes over where it may.
 *
 * @param forward Makes `y` of `x`.
 * @param backward Makes `dx` of `dy` and `y`.
 */
export function activation(name: string, kind: string, forward: KernelSpec, backward: KernelSpec): Layer {
  return {
    name,
    kind,
    keeps: ['y'],
    outputShape: (x) => x,
    parameterSpecs: () => [],
    scratchShapes: () => [],
    multiplyAdds: () => 0,
    async forward({ device, x, donateX }) {
      return { y: await device.run(forward, [x], {}, { donate: donateX ? [x] : [] }), scratch: [] };
    },
    async backward({ device, dy, y, wantDx }) {
      const dx = wantDx ? await device.run(backward, [dy, y], {}, { donate: [dy] }) : undefined;
      return { dx, gradients: {} };
    },
  };
}
