import type { Device, DeviceTensor, Tensor } from '@convkit/tensor';

/**
 * Copies parameters onto a device, under their names. The result is the caller's own; when an upload fails nothing stays behind.
 *
 * @example
 * ```ts
 * import { dense, downloadParameters, releaseAll, Sequential, uploadParameters } from '@convkit/layers';
 * import { openHostDevice } from '@convkit/tensor';
 *
 * const net = new Sequential([dense('fc1', { outputs: 2 })]);
 * const device = openHostDevice();
 * const parameters = await uploadParameters(device, net.initialise([1, 3], 7));
 * console.log((await downloadParameters(device, parameters)).get('fc1.weight')?.shape); // [ 3, 2 ]
 * releaseAll(parameters.values());
 * ```
 */
export async function uploadParameters(device: Device, parameters: ReadonlyMap<string, Tensor>): Promise<Map<string, DeviceTensor>> {
  const uploaded = new Map<string, DeviceTensor>();
  try {
    for (const [name, { shape, data }] of parameters) uploaded.set(name, await device.upload(shape, data, name));
  } catch (error) {
    releaseAll(uploaded.values());
    throw error;
  }
  return uploaded;
}

/** Copies parameters (or gradients) back to the host, under their names; the given ones stay where they are. */
export async function downloadParameters(device: Device, parameters: ReadonlyMap<string, DeviceTensor>): Promise<Map<string, Tensor>> {
  const downloaded = new Map<string, Tensor>();
  for (const [name, tensor] of parameters) downloaded.set(name, await device.download(tensor));
  return downloaded;
}

/** Releases those tensors that are still live. */
export function releaseAll(tensors: Iterable<DeviceTensor>): void {
  for (const tensor of tensors) tensor[Symbol.dispose]();
}
