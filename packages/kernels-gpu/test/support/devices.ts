import { openDevice, openHostDevice, type Device } from '@convkit/tensor';
import { openCpuEngine } from '../../src/gpujs/cpu-engine.js';
import { openWebasmEngine } from '../../src/gpujs/webasm-engine.js';

/** A device the suites run on, and the mode it must report to have really run. */
export interface TestDevice {
  readonly name: string;
  readonly mode: string;
  open(): Promise<Device>;
}

export const testDevices: readonly TestDevice[] = [
  { name: 'host', mode: 'host', open: async () => openHostDevice() },
  { name: 'gpujs-cpu', mode: 'cpu', open: async () => openDevice(openCpuEngine()) },
  { name: 'gpujs-webasm', mode: 'webasm', open: async () => openDevice(await openWebasmEngine()) },
];
