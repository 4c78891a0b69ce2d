import { chooseDevice, openGpuDevice } from '@convkit/kernels-gpu';
import { OptionError, openHostDevice, type Device } from '@convkit/tensor';

/** What `--device` takes. */
export const deviceNames = ['auto', 'webgpu', 'webgl2', 'gpujs-webasm', 'gpujs-cpu', 'host'] as const;

/** One of {@link deviceNames}. */
export type DeviceChoice = (typeof deviceNames)[number];

/** How a device is to be opened. */
export interface DeviceSettings {
  /** Threads of a device that has them; default: all cores. */
  readonly threads?: number;
}

/**
 * Opens a device by name; `auto` takes the best that is really there.
 *
 * @throws DeviceError `DEVICE_UNAVAILABLE`
 * @throws OptionError `OPTION_INVALID` for threads on a device that has none.
 */
export async function openDevice(name: DeviceChoice, { threads }: DeviceSettings = {}): Promise<Device> {
  const chosen = name === 'auto' ? (await chooseDevice()).name : name;
  if (threads !== undefined && chosen !== 'gpujs-webasm') {
    throw new OptionError({ code: 'OPTION_INVALID', message: `--threads cannot be given for ${chosen}: it has none to choose.`, help: 'leave it out, or take --device gpujs-webasm.' });
  }
  if (chosen === 'host') return openHostDevice();
  return openGpuDevice(chosen, threads === undefined ? {} : { threads });
}

/** GFLOP/s a device could reach, measured now; undefined where that is not known. */
export async function peakOf(_device: Device): Promise<number | undefined> {
  return undefined;
}
