import { openHostDevice, type Device } from '@convkit/tensor';

/** A device the suites run on, and the mode it must report to have really run. */
export interface TestDevice {
  readonly name: string;
  readonly mode: string;
  open(): Promise<Device>;
}

export const testDevices: readonly TestDevice[] = [{ name: 'host', mode: 'host', open: async () => openHostDevice() }];
