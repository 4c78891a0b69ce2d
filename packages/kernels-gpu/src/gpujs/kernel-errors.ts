import { DeviceError, type KernelSpec, type LaunchPlan } from '@convkit/tensor';

/** The GPU is gone, and all that was on it. */
export function lostError(user: string, device: string, cause?: unknown): DeviceError {
  return new DeviceError({
    code: 'DEVICE_LOST',
    message: `${user}: the GPU of "${device}" was lost (reset, unplugged or taken away by the system).`,
    help: 'open a new device and upload again; a training goes on from its newest checkpoint.',
    cause,
  });
}

/** gpu.js could not compile or run this kernel, or do what else is named so. Errors that say more pass as they are. */
export function kernelError({ name }: Pick<KernelSpec, 'name'>, device: string, cause: unknown): DeviceError {
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
