import { inputShape, type Preparation } from '@convkit/alexnet';
import type { RowSource } from '@convkit/datasets';
import type { Sequential } from '@convkit/layers';
import { sizeOf, type Device } from '@convkit/tensor';
import type { EvaluationSource } from '@convkit/training';
import { statfs } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { median, repeat } from '../bench/repeat.js';
import { openWorkload } from '../bench/workload.js';
import { formatTable } from '../table.js';
import { count, duration, number } from '../wording.js';
import { assertFits, memoryLimits, type MemoryLimits } from './memory-limits.js';
import { memoryPlanner, type MemoryPlan } from './plan-memory.js';

/** A run before its first update. All of it is borrowed. */
export interface RunWork {
  readonly device: Device;
  readonly network: Sequential;
  readonly preparation: Preparation;
  readonly rows: RowSource;
  /** Images that go through the device at once, at most. */
  readonly microBatch: number;
  readonly evaluation: EvaluationSource;
  /** Epochs from one evaluation to the next. */
  readonly evaluateEvery: number;
  /** Updates done before, and when the run is over. */
  readonly done: number;
  readonly steps: number;
  /** Threads that make batches; 0: the main thread does. */
  readonly workers: number;
  /** Threads that read checkpoints while training goes on. */
  readonly checkpointReaders: number;
  /** Checkpoints that stay, beside the best. */
  readonly keep: number;
  /** Where they go. */
  readonly out: string;
}

/** The memory that a run takes, and what there is. */
export interface FittingRun {
  readonly memory: MemoryPlan;
  readonly limits: MemoryLimits;
}

/** @param limits Default: those of this machine. @throws DeviceError `DEVICE_MEMORY` when the run cannot fit. */
export async function fitRun({ device, network, preparation: { recipe, format }, rows, microBatch, evaluation, workers, checkpointReaders }: RunWork, limits: MemoryLimits = memoryLimits(device)): Promise<FittingRun> {
  // A loader has a ring of four batches; without one a batch is in use and the next in the making.
  const demand = { recipe, network, image: inputShape(recipe, format), classes: format.classes, evaluationRows: evaluation.views * Math.ceil(evaluation.images / evaluation.batches), batches: workers === 0 ? 2 : 4, checkpointReaders };
  const memory = assertFits({ batch: rows.batch, microBatch }, await memoryPlanner(demand, device), limits, device.name);
  return { memory, limits };
}

/** What a run will take, measured here. */
export interface RunPlan {
  /** Updates and evaluations to do. */
  readonly steps: number;
  readonly evaluations: number;
  readonly trainImagesPerSecond: number;
  readonly forwardImagesPerSecond: number;
  /** What one thread reads and augments in a second. */
  readonly loaderImagesPerSecond: number;
  readonly workers: number;
  /** Updates and evaluations, if batches are there in time. */
  readonly seconds: number;
  /** Of all checkpoints that stay, the best among them, and one that is being written. */
  readonly checkpointBytes: number;
  /** Free where they go. */
  readonly freeDiskBytes: number;
}

/** Images that the loader is timed with, at most. */
const timedImages = 64;

/** Measures a few updates, forward passes and rows, and foretells the time and the disk that a run takes. */
export async function planRun({ device, preparation: { recipe, format }, rows, evaluation, evaluateEvery, done, steps, workers, keep, out }: RunWork, memory: MemoryPlan): Promise<RunPlan> {
  const { batch, microBatch } = memory;
  const perEvaluation = evaluateEvery * rows.batchesPerEpoch;
  // The end is judged whatever it is.
  const evaluations = Math.max(0, Math.ceil(steps / perEvaluation) - Math.floor(done / perEvaluation));
  const updates = Math.max(0, steps - done);
  using workload = await openWorkload(device, { name: recipe.network.name, design: recipe.network, recipe, defaults: format }, microBatch);
  using token = await device.upload([1], new Float32Array(1), 'fence');
  const secondsOf = async (once: () => Promise<void>) => {
    const fenced = async () => {
      await once();
      await device.download(token);
    };
    await repeat(fenced, { times: 1, milliseconds: 200 });
    return median(await repeat(fenced, { times: 3, milliseconds: 1000 })) / 1000;
  };
  const trainImagesPerSecond = microBatch / (await secondsOf(() => workload.train()));
  const forwardImagesPerSecond = microBatch / (await secondsOf(() => workload.forward()));
  return {
    steps: updates,
    evaluations,
    trainImagesPerSecond,
    forwardImagesPerSecond,
    loaderImagesPerSecond: await timeRows(rows),
    workers,
    seconds: (updates * batch) / trainImagesPerSecond + (evaluations * evaluation.images) / forwardImagesPerSecond,
    checkpointBytes: (keep + 2) * memory.checkpointBytes,
    freeDiskBytes: await freeDisk(resolve(out)),
  };
}

/** Images a second that this thread reads and augments. */
async function timeRows(rows: RowSource): Promise<number> {
  const images = Math.min(timedImages, rows.batch);
  const size = sizeOf(rows.rowShape);
  // The first ones open files and load decoders.
  await rows.rows(0, 0, 0, 1, new Float32Array(size));
  const began = performance.now();
  await rows.rows(0, 0, 0, images, new Float32Array(images * size));
  return (1000 * images) / Math.max(performance.now() - began, 1e-3);
}

/** Free bytes of the disk of a folder that need not be there yet. */
async function freeDisk(folder: string): Promise<number> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch (error) {
    if (dirname(folder) === folder) throw error;
    return freeDisk(dirname(folder));
  }
}

/** The plan in words, with what is wrong with it below. */
export function describePlan({ device, preparation: { recipe }, rows, workers }: RunWork, { memory, limits }: FittingRun, run: RunPlan): readonly string[] {
  const bytes = (value: number) => `${count(value)} bytes`;
  const rate = (value: number) => `${number(value)} images/s`;
  const threads = Math.max(1, workers);
  return [
    `${recipe.network.name}, batches of ${memory.batch} images${memory.microBatch < memory.batch ? ` in parts of ${memory.microBatch}` : ''} ${rows.rowShape.join('x')}, on ${device.name}`,
    '',
    ...formatTable([
      ['parameters', count(memory.parameters)],
      ['multiply-adds, one image forward', count(memory.multiplyAdds)],
      ['multiply-adds, one update', count(memory.multiplyAddsOfUpdate)],
      ['parameters on the device', bytes(memory.parameterBytes)],
      ['what the optimiser remembers', bytes(memory.optimiserBytes)],
      ['activations kept for backward', bytes(memory.activationBytes)],
      ['all tensors at most', bytes(memory.deviceBytes)],
      ['what the device can hold', limits.device === null ? 'unknown' : bytes(limits.device)],
      ['batches on their way', bytes(memory.loaderBytes)],
      ...(memory.readerBytes > 0 ? [['threads that read checkpoints', bytes(memory.readerBytes)]] : []),
      ['of the machine in all', bytes(memory.machineBytes)],
      ['what is there now', bytes(limits.available)],
      ['checkpoints that stay, and one more', bytes(run.checkpointBytes)],
      ['free on the disk', bytes(run.freeDiskBytes)],
      ['training here', rate(run.trainImagesPerSecond)],
      ['evaluation here', rate(run.forwardImagesPerSecond)],
      [`reading and augmenting, ${threads === 1 ? '1 thread' : `${threads} threads at best`}`, rate(threads * run.loaderImagesPerSecond)],
      ['updates to do', count(run.steps)],
      ['evaluations', count(run.evaluations)],
      ['time', duration(run.seconds)],
    ]),
    '',
    ...(run.checkpointBytes > run.freeDiskBytes ? ['warning: the disk has no room for the checkpoints; give another --out or a smaller --keep'] : []),
    ...(threads * run.loaderImagesPerSecond < run.trainImagesPerSecond ? ['warning: images are not read as fast as they are learnt; more --workers, or alexnet data prepare, may help'] : []),
    'It fits. Nothing was trained; without --plan it is.',
  ];
}
