/**
 * The device `cpu`: convolutional nets at WebAssembly SIMD speed on all cores. And, since no package below knows all devices, those devices by name.
 *
 * @packageDocumentation
 */
export { openCpuDevice, type CpuDeviceOptions } from './open-cpu-device.js';
export { measurePeak } from './measure-peak.js';
export { chooseDevice, type DeviceChoice } from './devices/choose-device.js';
export { deviceNames, openNamedDevice, type DeviceRequest, type NamedDeviceOptions } from './devices/open-named-device.js';
