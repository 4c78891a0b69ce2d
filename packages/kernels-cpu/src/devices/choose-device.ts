import { probeDevices, type DeviceProbe, type GpuDeviceName } from '@convkit/kernels-gpu';
import { canShareMemory, defaultThreads } from '../open-cpu-device.js';

/** What {@link chooseDevice} settled on. */
export interface DeviceChoice {
  readonly name: GpuDeviceName | 'cpu';
  /** Why this one: what was passed over, and for what reason. */
  readonly reason: string;
  /** All that was looked at, the best first. `details` of `cpu` are `threads`, how many it would use, and `sharedMemory`. */
  readonly probes: readonly DeviceProbe<GpuDeviceName | 'cpu'>[];
}

/** A module of one function, which splats a number into a vector. */
const SIMD_MODULE = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11);

/**
 * The device that `auto` means: the first of `webgpu`, `webgl2`, `cpu`, `gpujs-webasm`, `gpujs-cpu` that is there. A GPU that is only a program is passed over,
 * since WebAssembly is faster than its imitation. Nothing is opened, and no kernel is loaded. Never throws.
 *
 * @example
 * ```ts
 * import { chooseDevice, openNamedDevice } from '@convkit/kernels-cpu';
 *
 * const { name, reason } = await chooseDevice();
 * console.log(`${name}: ${reason}`);
 * const device = await openNamedDevice(name);
 * await device.destroy();
 * ```
 */
export async function chooseDevice(): Promise<DeviceChoice> {
  const [webgpu, webgl2, ...slower] = await probeDevices();
  const probes = [webgpu, webgl2, probeCpu(), ...slower];
  const fit = probes.find(({ available, software }) => available && !software) ?? probes[probes.length - 1];
  const passedOver = probes
    .slice(0, probes.indexOf(fit))
    .map(({ name, reason, details }) => reason ?? `${name}: ${String(details.adapter)} is a program, not a GPU.`);
  return { name: fit.name, reason: [...passedOver, `${fit.name} is there.`].join(' '), probes };
}

function probeCpu(): DeviceProbe<'cpu'> {
  if (typeof WebAssembly === 'undefined' || !WebAssembly.validate(SIMD_MODULE)) {
    return { name: 'cpu', available: false, reason: 'cpu: this runtime has no WebAssembly SIMD.', software: false, details: {} };
  }
  return { name: 'cpu', available: true, software: false, details: { threads: defaultThreads(), sharedMemory: canShareMemory() } };
}
