import { ConvkitError, DeviceError, canShareMemory, type DeviceName } from '@convkit/tensor';
import { assertWebAssembly } from './find-webassembly.js';
import { findWebGl2, loseWebGl2, nameOfRenderer } from './find-webgl2.js';
import { findWebGpu, nameOfAdapter } from './find-webgpu.js';
import { gpuDeviceNames, type GpuDeviceName } from './open-gpu-device.js';

/** What is known about a device before it is opened. */
export interface DeviceProbe<Name extends DeviceName = GpuDeviceName> {
  /** The device that was looked at. */
  readonly name: Name;
  /** Whether it can be opened. */
  readonly available: boolean;
  /** Why it is not available; left out when it is. */
  readonly reason?: string;
  /** The GPU is a program (SwiftShader, llvmpipe, …): right results, slower than `gpujs-webasm`. */
  readonly software: boolean;
  /** Adapter and limits: `adapter`, `maxBufferBytes` (webgpu), `maxTextureSide` (webgl2), `threads` (gpujs-webasm). */
  readonly details: Readonly<Record<string, string | number | boolean>>;
}

/**
 * Looks at every device of {@link gpuDeviceNames}, in that order, without opening one and without loading gpu.js. Never throws.
 *
 * @example
 * ```ts
 * import { probeDevices } from '@convkit/kernels-gpu';
 *
 * for (const { name, available, reason } of await probeDevices()) console.log(name, available ? 'yes' : reason);
 * ```
 */
export async function probeDevices(): Promise<DeviceProbe[]> {
  return Promise.all(
    gpuDeviceNames.map(async (name) => {
      try {
        return { name, available: true, ...(await probes[name]()) };
      } catch (error) {
        return { name, available: false, reason: error instanceof ConvkitError ? error.summary : String(error), software: false, details: {} };
      }
    }),
  );
}

const probes: Record<GpuDeviceName, () => Promise<Pick<DeviceProbe, 'software' | 'details'>>> = {
  webgpu: async () => {
    const adapter = await (await findWebGpu()).requestAdapter();
    if (adapter === null) throw new DeviceError({ code: 'DEVICE_UNAVAILABLE', message: 'webgpu: this machine has no GPU with a driver that WebGPU accepts.' });
    const name = nameOfAdapter(adapter);
    const { maxBufferSize, maxStorageBufferBindingSize } = adapter.limits;
    return { software: adapter.info.isFallbackAdapter || isProgram(name), details: { adapter: name, maxBufferBytes: Math.min(maxBufferSize, maxStorageBufferBindingSize) } };
  },
  webgl2: async () => {
    const gl = findWebGl2();
    const adapter = nameOfRenderer(gl);
    const maxTextureSide = gl.getParameter(gl.MAX_TEXTURE_SIZE) as number;
    loseWebGl2(gl);
    return { software: isProgram(adapter), details: { adapter, maxTextureSide } };
  },
  'gpujs-webasm': async () => {
    assertWebAssembly();
    return { software: false, details: { threads: canShareMemory() } };
  },
  'gpujs-cpu': async () => ({ software: false, details: {} }),
};

/** The names under which programs that imitate a GPU are known. */
function isProgram(adapter: string): boolean {
  return /swiftshader|llvmpipe|lavapipe|softpipe|software|microsoft basic render|\bwarp\b/i.test(adapter);
}
