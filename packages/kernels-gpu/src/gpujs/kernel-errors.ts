import { DeviceError, type KernelSpec, type LaunchPlan } from '@convkit/tensor';

/** gpu.js could not compile or run this kernel. Errors that say more pass as they are. */
export function kernelError({ name }: KernelSpec, device: string, cause: unknown): DeviceError {
  if (cause instanceof DeviceError) return cause;
  return new DeviceError({
    code: 'KERNEL_FAILED',
    message: `${name}: failed on "${device}": ${cause instanceof Error ? cause.message : String(cause)}`,
    cause,
  });
}

/** The body must return as many numbers a thread as the plan says. */
export function assertReturns({ name }: KernelSpec, { returns }: LaunchPlan, got: number): void {
  if (got !== returns) {
    throw new DeviceError({
      code: 'KERNEL_FAILED',
      message: `${name}: the body returns ${got} numbers a thread, but its plan says ${returns}.`,
      help: `return ${returns === 1 ? 'one number' : 'an array of four'}, or let the plan say returns: ${got}.`,
    });
  }
}
