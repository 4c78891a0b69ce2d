import { openGpuDevice } from '@convkit/kernels-gpu';
import { OptionError, openHostDevice, type Device } from '@convkit/tensor';
import { openCpuDevice } from '../open-cpu-device.js';
import { chooseDevice } from './choose-device.js';

/** All devices by name, for an option or a form; `auto` is the best that is really there. */
export const deviceNames = ['auto', 'webgpu', 'webgl2', 'cpu', 'gpujs-webasm', 'gpujs-cpu', 'host'] as const;

/** One of {@link deviceNames}. */
export type DeviceRequest = (typeof deviceNames)[number];

/** Options of {@link openNamedDevice}. */
export interface NamedDeviceOptions {
  /** Threads of a device that has them, `cpu` or `gpujs-webasm`. Default: all cores. */
  readonly threads?: number;
}

/**
 * Opens a device by name; `auto` is the one that {@link chooseDevice} names. It never takes another one instead.
 *
 * @throws DeviceError `DEVICE_UNAVAILABLE`
 * @throws OptionError `NAME_UNKNOWN`, and `OPTION_INVALID` also for threads on a device that has none.
 *
 * @example
 * ```ts
 * import { openNamedDevice } from '@convkit/kernels-cpu';
 *
 * const device = await openNamedDevice('cpu', { threads: 1 });
 * console.log(device.name, device.report().details.threads); // cpu 1
 * await device.destroy();
 * ```
 */
export async function openNamedDevice(name: DeviceRequest, { threads }: NamedDeviceOptions = {}): Promise<Device> {
  if (!deviceNames.includes(name)) {
    throw new OptionError({ code: 'NAME_UNKNOWN', message: `There is no device "${String(name)}".`, help: `the names are ${deviceNames.join(', ')}.` });
  }
  const chosen = name === 'auto' ? (await chooseDevice()).name : name;
  if (threads !== undefined && chosen !== 'cpu' && chosen !== 'gpujs-webasm') {
    throw new OptionError({ code: 'OPTION_INVALID', message: `threads cannot be given for ${chosen}: it has none to choose.`, help: 'leave threads out, or take the device cpu.' });
  }
  const options = threads === undefined ? {} : { threads };
  if (chosen === 'host') return openHostDevice();
  return chosen === 'cpu' ? openCpuDevice(options) : openGpuDevice(chosen, options);
}
