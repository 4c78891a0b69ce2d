import type { DeviceTensor } from '@convkit/tensor';
import type { LayerDevice } from './layer.js';

/**
 * Knows every tensor that was made through it, so that a pass which fails half-way can let go of them all.
 * Results carry the layer's name in front of the kernel's: `conv1.conv2d_forward`.
 */
export class LayerScope {
  readonly #device: LayerDevice;
  readonly #made = new Set<DeviceTensor>();

  constructor(device: LayerDevice) {
    this.#device = device;
  }

  /** Takes a tensor in that was made elsewhere. */
  adopt(tensor: DeviceTensor): DeviceTensor {
    this.#made.add(tensor);
    return tensor;
  }

  /** The device as one layer sees it. */
  deviceFor(layer: string): LayerDevice {
    const device = this.#device;
    return {
      limits: device.limits,
      upload: async (shape, data, label) => this.adopt(await device.upload(shape, data, label)),
      run: async (kernel, inputs, attributes, options) =>
        this.adopt(await device.run(kernel, inputs, attributes, { label: `${layer}.${kernel.name}`, ...options })),
      reshape: (tensor, shape) => this.adopt(device.reshape(tensor, shape)),
    };
  }

  /** Releases whatever is still live. */
  releaseAll(): void {
    for (const tensor of this.#made) tensor[Symbol.dispose]();
    this.#made.clear();
  }
}
