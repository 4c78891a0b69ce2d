import { openGpuDevice } from '@convkit/kernels-gpu';
import { openHostDevice, type Device } from '@convkit/tensor';

/** A device the suites run on, and the mode it must report to have really run. */
export interface TestDevice {
  readonly name: string;
  readonly mode: string;
  open(): Promise<Device>;
}

/** Whether the tests run in a browser. */
export const inBrowser = typeof window !== 'undefined';

/** Every device of this runtime; a suite that cannot open one of them fails. */
export const testDevices: readonly TestDevice[] = [
  { name: 'host', mode: 'host', open: async () => openHostDevice() },
  { name: 'gpujs-cpu', mode: 'cpu', open: () => openGpuDevice('gpujs-cpu') },
  { name: 'gpujs-webasm', mode: 'webasm', open: () => openGpuDevice('gpujs-webasm') },
  { name: 'webgpu', mode: 'webgpu', open: () => openGpuDevice('webgpu') },
  ...(inBrowser ? [{ name: 'webgl2', mode: 'webgl2', open: () => openGpuDevice('webgl2') }] : []),
];
