import { chooseDevice, openGpuDevice } from '@convkit/kernels-gpu';
import { openHostDevice, type Device } from '@convkit/tensor';

/** What `--device` takes. */
export const deviceNames = ['auto', 'webgpu', 'webgl2', 'gpujs-webasm', 'gpujs-cpu', 'host'] as const;

/** One of {@link deviceNames}. */
export type DeviceChoice = (typeof deviceNames)[number];

/** Opens a device by name; `auto` takes the best that is really there. @throws DeviceError `DEVICE_UNAVAILABLE` */
export async function openDevice(name: DeviceChoice): Promise<Device> {
  if (name === 'host') return openHostDevice();
  return openGpuDevice(name === 'auto' ? (await chooseDevice()).name : name);
}
