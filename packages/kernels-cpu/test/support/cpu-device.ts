import { openCpuDevice } from '@convkit/kernels-cpu';
import type { TestDevice } from '../../../kernels-gpu/test/support/devices.js';

/** The device `cpu`, for suites that run on a list of devices. */
export const cpuDevice: TestDevice = { name: 'cpu', mode: 'wasm-simd', open: () => openCpuDevice() };
