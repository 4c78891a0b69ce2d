import { testDevices as belowCpu, type TestDevice } from '../../../kernels-gpu/test/support/devices.js';
import { cpuDevice } from './cpu-device.js';

/** Every device of this runtime, for tests of what stands on devices. */
export const testDevices: readonly TestDevice[] = [...belowCpu, cpuDevice];
