import { DeviceError, type Device } from '@convkit/tensor';
import { freemem, totalmem } from 'node:os';
import { count } from '../wording.js';
import type { MemoryPlan } from './plan-memory.js';

/** The memory there is, in bytes. */
export interface MemoryLimits {
  /** The most that the device can ever hold; null where that is not known, as of GPUs. */
  readonly device: number | null;
  /** What this machine can give a process now, within the limits of its container. */
  readonly available: number;
  readonly total: number;
}

/** WebAssembly addresses so much. */
const mostOfCpu = 2 ** 32;

/** What there is here and now. */
export function memoryLimits({ name }: Pick<Device, 'name'>): MemoryLimits {
  const constrained = process.constrainedMemory();
  // Without a limit some systems say 0, others a number beyond all memory.
  const total = constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
  return { device: name === 'cpu' ? mostOfCpu : null, available: Math.min(process.availableMemory(), freemem()), total };
}

/** Why a run cannot fit; undefined if it can. */
export function whyTooLarge({ deviceBytes, machineBytes }: MemoryPlan, { device, available }: MemoryLimits): 'device' | 'machine' | undefined {
  if (device !== null && deviceBytes > device) return 'device';
  return machineBytes > available ? 'machine' : undefined;
}

/**
 * Refuses a run that cannot fit into memory.
 *
 * @param name Of the device.
 * @param planFor The plan for a batch; it is asked for the largest that fits.
 * @returns The plan.
 * @throws DeviceError `DEVICE_MEMORY`
 */
export function assertFits(asked: number, planFor: (batch: number) => MemoryPlan, limits: MemoryLimits, name: string): MemoryPlan {
  const plan = planFor(asked);
  const why = whyTooLarge(plan, limits);
  if (why === undefined) return plan;
  const { batch, parameterBytes, optimiserBytes, activationBytes, deviceBytes, loaderBytes, checkpointBytes, machineBytes } = plan;
  const parts = `parameters ${count(parameterBytes)}, the optimiser's ${count(optimiserBytes)}, activations kept for backward ${count(activationBytes)}`;
  const fitting = largestBatch(batch, (smaller) => whyTooLarge(planFor(smaller), limits) === undefined);
  throw new DeviceError({
    code: 'DEVICE_MEMORY',
    message:
      why === 'device'
        ? `batches of ${batch} take ${count(deviceBytes)} bytes of the device ${name} (${parts}), which holds ${count(limits.device ?? Infinity)} at most.`
        : `batches of ${batch} take ${count(machineBytes)} bytes of this machine (${parts}, tensors in all ${count(deviceBytes)}, batches on their way ${count(loaderBytes)}, a checkpoint twice ${count(2 * checkpointBytes)}), `
          + `but of its ${count(limits.total)} only ${count(limits.available)} are there.`,
    help: fitting === 0 ? 'not even a batch of 1 fits: choose a smaller network, or a machine with more memory.' : `--batch ${fitting} is the largest that fits.`,
  });
}

/** The largest batch below `batch` that fits, by bisection; 0 if none does. */
function largestBatch(batch: number, fits: (batch: number) => boolean): number {
  let [low, high] = [0, batch];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (fits(middle)) low = middle;
    else high = middle;
  }
  return low;
}
