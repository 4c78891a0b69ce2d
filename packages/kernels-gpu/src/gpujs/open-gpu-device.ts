import { OptionError, type Device, type DeviceName } from '@convkit/tensor';

/** The devices that run kernels through gpu.js. */
export type GpuDeviceName = Extract<DeviceName, 'webgpu' | 'webgl2' | 'gpujs-webasm' | 'gpujs-cpu'>;

/** The devices that run kernels through gpu.js; where all are real, the fastest first. */
export const gpuDeviceNames: readonly GpuDeviceName[] = ['webgpu', 'webgl2', 'gpujs-webasm', 'gpujs-cpu'];

/** Options of {@link openGpuDevice}. */
export interface GpuDeviceOptions {
  /** Worker threads of `gpujs-webasm`: all cores by default; 1 computes on the calling thread. Results are the same to the bit for any number. */
  readonly threads?: number;
}

/**
 * Opens a device that runs kernels through gpu.js, which is loaded on the first call:
 * `webgpu` (browsers; in Node with the package `webgpu` installed), `webgl2` (browsers), `gpujs-webasm` (WebAssembly with SIMD and threads; in a browser
 * threads need a cross-origin isolated page), `gpujs-cpu` (JavaScript, everywhere). A device never runs in another mode than the one of its name.
 *
 * Node exits by itself while a device is idle, destroyed or not.
 *
 * @throws DeviceError `DEVICE_UNAVAILABLE` when this runtime or machine does not have it; {@link probeDevices} says so without throwing.
 * @throws OptionError `NAME_UNKNOWN`, `OPTION_INVALID`
 *
 * @example
 * ```ts
 * import { openGpuDevice, reluForward } from '@convkit/kernels-gpu';
 *
 * const device = await openGpuDevice('gpujs-webasm');
 * using x = await device.upload([4], Float32Array.of(-1, 2, -3, 4), 'x');
 * using y = await device.run(reluForward, [x], {});
 * console.log((await device.download(y)).data); // Float32Array(4) [ 0, 2, 0, 4 ]
 * console.log(device.report().mode); // webasm
 * ```
 */
export async function openGpuDevice(name: GpuDeviceName, options: GpuDeviceOptions = {}): Promise<Device> {
  if (!gpuDeviceNames.includes(name)) {
    throw new OptionError({ code: 'NAME_UNKNOWN', message: `There is no device "${String(name)}" on gpu.js.`, help: `the names are ${gpuDeviceNames.join(', ')}.` });
  }
  const { threads } = options;
  if (threads !== undefined && (!Number.isInteger(threads) || threads < 1)) {
    throw new OptionError({ code: 'OPTION_INVALID', message: `threads is ${threads}, which is no whole number of at least 1.`, help: 'leave threads out to use all cores.' });
  }
  const { openEngineDevice } = await import('./open-engine-device.js');
  return openEngineDevice(name, options);
}
