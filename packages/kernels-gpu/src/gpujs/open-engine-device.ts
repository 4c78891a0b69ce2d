import { openDevice, type Device } from '@convkit/tensor';
import { openCpuEngine } from './cpu-engine.js';
import type { GpuDeviceName, GpuDeviceOptions } from './open-gpu-device.js';
import { openWebasmEngine } from './webasm-engine.js';
import { openWebGl2Engine } from './webgl2-engine.js';
import { openWebGpuEngine } from './webgpu-engine.js';

/** The entry of the part of the package that holds gpu.js. @throws DeviceError `DEVICE_UNAVAILABLE` */
export async function openEngineDevice(name: GpuDeviceName, options: GpuDeviceOptions): Promise<Device> {
  switch (name) {
    case 'webgpu':
      return openDevice(await openWebGpuEngine());
    case 'webgl2':
      return openDevice(openWebGl2Engine());
    case 'gpujs-webasm':
      return openDevice(await openWebasmEngine(options));
    case 'gpujs-cpu':
      return openDevice(openCpuEngine());
  }
}
