/**
 * Shapes, host tensors and device tensors, the kernel and device contracts, a reference device and seeded random numbers.
 * Everything else stands on this package; it stands on nothing.
 *
 * @packageDocumentation
 */
export { ConvkitError, DeviceError, FormatError, OptionError, OwnershipError, ShapeError, type ErrorParts } from './errors.js';
export { assertKnownOptions } from './assert-known-options.js';
export { assertShape, formatShape, sameShape, sizeOf, type Shape } from './shape.js';
export { Tensor } from './tensor.js';
export { DeviceTensor } from './device-tensor.js';
export type { Device, DeviceLimits, DeviceName, DeviceReport, RunOptions } from './device.js';
export { defKernel, type Attributes, type KernelBody, type KernelDefinition, type KernelSpec, type KernelThread, type LaunchPlan, type View1, type View2, type View3 } from './kernel-spec.js';
export { openDevice, type Engine, type Launch } from './engine.js';
export { computeRows, openHostDevice } from './host-device.js';
export { canShareMemory, countCores, startThread, type Thread } from './threads.js';
export { recordDevice, type RecordedCall, type RecordingDevice } from './recording-device.js';
export { TimedDevice } from './timed-device.js';
export { RandomDraws, RandomStream, philox4x32 } from './random.js';
export { sha256 } from './sha256.js';
