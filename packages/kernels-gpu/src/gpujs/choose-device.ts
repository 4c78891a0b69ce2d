import type { GpuDeviceName } from './open-gpu-device.js';
import { probeDevices, type DeviceProbe } from './probe-devices.js';

/** What {@link chooseDevice} settled on. */
export interface DeviceChoice {
  readonly name: GpuDeviceName;
  /** Why this one: what was passed over, and for what reason. */
  readonly reason: string;
  /** All that was looked at. */
  readonly probes: readonly DeviceProbe[];
}

/**
 * The device that `auto` means: the first of `webgpu`, `webgl2`, `gpujs-webasm`, `gpujs-cpu` that is there. A GPU that is only a program is passed over,
 * since WebAssembly is faster than its imitation.
 *
 * @example
 * ```ts
 * import { chooseDevice, openGpuDevice } from '@convkit/kernels-gpu';
 *
 * const { name, reason } = await chooseDevice();
 * console.log(`${name}: ${reason}`);
 * const device = await openGpuDevice(name);
 * await device.destroy();
 * ```
 */
export async function chooseDevice(): Promise<DeviceChoice> {
  const probes = await probeDevices();
  const fit = probes.find(({ available, software }) => available && !software) ?? probes[probes.length - 1];
  const passedOver = probes
    .slice(0, probes.indexOf(fit))
    .map(({ name, reason, details }) => reason ?? `${name}: ${String(details.adapter)} is a program, not a GPU.`);
  return { name: fit.name, reason: [...passedOver, `${fit.name} is there.`].join(' '), probes };
}
