import { probeDevices, type DeviceProbe, type GpuDeviceName } from '@convkit/kernels-gpu';
import { canShareMemory } from '@convkit/tensor';
import { defaultThreads } from '../open-cpu-device.js';

/** What {@link chooseDevice} settled on. */
export interface DeviceChoice {
  /** For `openNamedDevice`. */
  readonly name: GpuDeviceName | 'cpu';
  /** Why this one: what was passed over, and for what reason. */
  readonly reason: string;
  /** All that was looked at, the best first. `details` of `cpu` are `threads`, how many it would use, and `sharedMemory`. */
  readonly probes: readonly DeviceProbe<GpuDeviceName | 'cpu'>[];
}

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
  const [webgpu, webgl2, webasm, ...slower] = await probeDevices();
  const probes = [webgpu, webgl2, probeCpu(webasm), webasm, ...slower];
  const fit = probes.find(({ available, software }) => available && !software) ?? probes[probes.length - 1];
  const passedOver = probes
    .slice(0, probes.indexOf(fit))
    .map(({ name, reason, details }) => reason ?? `${name}: ${String(details.adapter)} is a program, not a GPU.`);
  return { name: fit.name, reason: [...passedOver, `${fit.name} is there.`].join(' '), probes };
}

/** It needs what gpu.js's WebAssembly needs. */
function probeCpu(webasm: DeviceProbe): DeviceProbe<'cpu'> {
  if (!webasm.available) {
    return { name: 'cpu', available: false, reason: 'cpu: this runtime has no WebAssembly SIMD.', software: false, details: {} };
  }
  return { name: 'cpu', available: true, software: false, details: { threads: defaultThreads(), sharedMemory: canShareMemory() } };
}
