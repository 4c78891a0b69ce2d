import { add } from '@convkit/kernels-gpu';
import type { Device, DeviceTensor } from '@convkit/tensor';

/**
 * Adds gradients to sums of the same names, and empties them; a name that has no sum yet begins one. So the gradients of the parts of a batch become those of the whole,
 * where `backward` of the loss was told how many samples the whole has. Sums and gradients are the caller's own; when a launch fails the maps still hold all that is live.
 *
 * @throws ShapeError `SHAPE_MISMATCH`
 *
 * @example
 * ```ts
 * import { addGradients } from '@convkit/layers';
 * import { openHostDevice } from '@convkit/tensor';
 *
 * const device = openHostDevice();
 * const sums = new Map();
 * for (const value of [1, 2]) await addGradients(device, sums, new Map([['w', await device.upload([1], Float32Array.of(value), 'dw')]]));
 * console.log((await device.download(sums.get('w'))).data); // Float32Array(1) [ 3 ]
 * ```
 */
export async function addGradients(device: Pick<Device, 'run'>, sums: Map<string, DeviceTensor>, gradients: Map<string, DeviceTensor>): Promise<void> {
  for (const [name, gradient] of gradients) {
    const sum = sums.get(name);
    sums.set(name, sum === undefined ? gradient : await device.run(add, [sum, gradient], {}, { donate: [sum, gradient], label: gradient.label }));
    gradients.delete(name);
  }
}
