/**
 * The device `cpu`: convolutional nets at WebAssembly SIMD speed on all cores.
 *
 * @packageDocumentation
 */
export { openCpuDevice, type CpuDeviceOptions } from './open-cpu-device.js';
export { measurePeak } from './measure-peak.js';
