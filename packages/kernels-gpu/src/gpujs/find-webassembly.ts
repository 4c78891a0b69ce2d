import { DeviceError } from '@convkit/tensor';

/** A module of one function, which splats a number into a vector. */
const SIMD_MODULE = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11);

/** @throws DeviceError `DEVICE_UNAVAILABLE` when WebAssembly or its vectors are missing. */
export function assertWebAssembly(): void {
  if (typeof WebAssembly === 'undefined' || !WebAssembly.validate(SIMD_MODULE)) {
    throw new DeviceError({ code: 'DEVICE_UNAVAILABLE', message: 'gpujs-webasm: this runtime has no WebAssembly SIMD.', help: 'use the device "gpujs-cpu" or "host".' });
  }
}
