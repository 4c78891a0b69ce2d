import { DeviceError, type Device } from '@convkit/tensor';
import { freemem, totalmem } from 'node:os';
import { count } from '../wording.js';
import type { MemoryPlan, MemoryPlanner } from './plan-memory.js';

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
 * @param planFor It is asked for the largest part of the batch that fits, and for the largest batch if there is none.
 * @returns The plan.
 * @throws DeviceError `DEVICE_MEMORY`
 */
export function assertFits(asked: { readonly batch: number; readonly microBatch: number }, planFor: MemoryPlanner, limits: MemoryLimits, name: string): MemoryPlan {
  const plan = planFor(asked.batch, asked.microBatch);
  const why = whyTooLarge(plan, limits);
  if (why === undefined) return plan;
  const { batch, microBatch, parameterBytes, optimiserBytes, activationBytes, deviceBytes, loaderBytes, checkpointBytes, readerBytes, machineBytes } = plan;
  const parts = `parameters ${count(parameterBytes)}, the optimiser's ${count(optimiserBytes)}, activations kept for backward ${count(activationBytes)}`;
  const batches = microBatch < batch ? `batches of ${batch} in parts of ${microBatch}` : `batches of ${batch}`;
  const fits = (smaller: number, part: number) => whyTooLarge(planFor(smaller, part), limits) === undefined;
  const part = largestBelow(microBatch, (size) => fits(batch, size));
  const fitting = part > 0 ? 0 : largestBelow(batch, (smaller) => fits(smaller, microBatch));
  throw new DeviceError({
    code: 'DEVICE_MEMORY',
    message:
      why === 'device'
        ? `${batches} take ${count(deviceBytes)} bytes of the device ${name} (${parts}), which holds ${count(limits.device ?? Infinity)} at most.`
        : `${batches} take ${count(machineBytes)} bytes of this machine (${parts}, tensors in all ${count(deviceBytes)}, batches on their way ${count(loaderBytes)}, a checkpoint twice ${count(2 * checkpointBytes)}${readerBytes > 0 ? `, threads that read checkpoints ${count(readerBytes)}` : ''}), `
          + `but of its ${count(limits.total)} only ${count(limits.available)} are there.`,
    help:
      part > 0
        ? `--micro-batch ${part} trains the same in parts that fit.`
        : fitting > 0
          ? `--batch ${fitting} is the largest that fits.`
          : 'not even a batch of 1 fits: choose a smaller network, or a machine with more memory.',
  });
}

/** The largest size below `size` that fits, by bisection; 0 if none does. */
function largestBelow(size: number, fits: (size: number) => boolean): number {
  let [low, high] = [0, size];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (fits(middle)) low = middle;
    else high = middle;
  }
  return low;
}
