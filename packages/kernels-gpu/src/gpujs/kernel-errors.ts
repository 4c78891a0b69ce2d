import { DeviceError, type KernelSpec } from '@convkit/tensor';

/** gpu.js wanted to run this kernel on its slow CPU path instead. */
export function fallbackError(kernel: KernelSpec, wanted: string, got: string): DeviceError {
  return new DeviceError({
    code: 'DEVICE_FALLBACK',
    message: `${kernel.name}: should run in mode ${wanted}, but gpu.js ran it in mode ${got}.`,
    help: 'keep the body inside the kernel dialect, or open the device "gpujs-cpu".',
  });
}

/** gpu.js could not compile or run this kernel. */
export function kernelError(kernel: KernelSpec, mode: string, cause: unknown): DeviceError {
  if (cause instanceof DeviceError) return cause;
  return new DeviceError({
    code: 'KERNEL_FAILED',
    message: `${kernel.name}: gpu.js could not run it in mode ${mode}: ${cause instanceof Error ? cause.message : String(cause)}`,
    cause,
  });
}
