import { buildNetwork, findRecipe, inputShape, prepareData, trainingBatches, evaluationBatches, recipeOptimiser, recipeSchedule } from '@convkit/alexnet';
import { defineDataset } from '@convkit/datasets';
import { openCpuDevice } from '@convkit/kernels-cpu';
import { summarise } from '@convkit/layers';
import { openHostDevice, type Device } from '@convkit/tensor';
import { train } from '@convkit/training';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { assertFits, memoryLimits, whyTooLarge, type MemoryLimits } from '../../src/plan/memory-limits.js';
import { memoryPlanner, type MemoryDemand, type MemoryPlan } from '../../src/plan/plan-memory.js';

vi.setConfig({ testTimeout: 240_000 });

const devices: Device[] = [];
afterAll(() => Promise.all(devices.map((device) => device.destroy())));

const about = { name: 'grey', classes: ['a', 'b', 'c'], channels: 1, width: 28, height: 28 } as const;
const part = (split: 'train' | 'test', length: number) =>
  defineDataset({ ...about, split, length }, (i) => ({ image: { width: 28, height: 28, channels: 1, data: new Uint8Array(784).fill(7 * i) }, label: i % 3 }));

async function demandOf(evaluationRows: number): Promise<{ demand: MemoryDemand; prepared: Awaited<ReturnType<typeof prepareData>> }> {
  const recipe = findRecipe('alexnet-mini');
  const prepared = await prepareData(recipe, { train: part('train', 32), test: part('test', evaluationRows) });
  const { format } = prepared.preparation;
  return { demand: { recipe, network: buildNetwork(recipe.network, format), image: inputShape(recipe, format), classes: 3, evaluationRows, batches: 2, checkpointReaders: 0 }, prepared };
}

/** What a real run of three updates and an evaluation takes. */
async function measured(device: Device, { recipe, network }: MemoryDemand, batch: number, microBatch: number, { data, preparation }: Awaited<ReturnType<typeof prepareData>>): Promise<number> {
  const source = trainingBatches(data.train, preparation, batch, 1);
  const run = train({ device, network, source, optimiser: recipeOptimiser(recipe), schedule: recipeSchedule(recipe), microBatch, steps: 3, evaluation: evaluationBatches(data.test, preparation, 1) });
  for await (const event of run) expect(event.type).not.toBe('warning');
  expect(device.report().tensors).toBe(0);
  return device.report().peakBytes;
}

describe('memoryPlanner', () => {
  it.each([[4, 4, 10], [16, 16, 10], [16, 4, 10], [1, 1, 100]])('foretells what tensors take on the devices host and cpu, with %d images an update, %d at once, and %d rows of evaluation', async (batch, microBatch, evaluationRows) => {
    const { demand, prepared } = await demandOf(evaluationRows);
    for (const device of [openHostDevice(), await openCpuDevice({ threads: 1 })]) {
      devices.push(device);
      // It is slow.
      if (device.name === 'host' && batch !== 4) continue;
      const { deviceBytes } = (await memoryPlanner(demand, device))(batch, microBatch);
      expect([device.name, deviceBytes / (await measured(device, demand, batch, microBatch, prepared))]).toEqual([device.name, expect.closeTo(1, 2)]);
    }
  });

  it('tells the figures of the summary', async () => {
    const { demand } = await demandOf(10);
    const one = summarise(demand.network, [1, ...demand.image]);
    const [, first] = one.rows;
    const plan = (await memoryPlanner(demand, { name: 'cpu', limits: { maxTermsPerThread: Infinity } }))(8, 32);
    expect(plan).toMatchObject({
      batch: 8,
      microBatch: 8,
      parameters: one.parameters,
      multiplyAdds: one.multiplyAdds,
      multiplyAddsOfUpdate: 8 * (3 * one.multiplyAdds - first.multiplyAdds),
      parameterBytes: 4 * one.parameters,
      activationBytes: 8 * one.bytesKept,
      loaderBytes: 2 * 8 * 4 * 26 * 26,
      checkpointBytes: 8 * one.parameters,
      machineBytes: plan.deviceBytes + plan.loaderBytes + 16 * one.parameters,
    });
    const read = (await memoryPlanner({ ...demand, checkpointReaders: 2 }, { name: 'cpu', limits: { maxTermsPerThread: Infinity } }))(8, 32);
    expect(read.machineBytes - plan.machineBytes).toBe(2 * 3 * plan.checkpointBytes);
    const onGpu = (await memoryPlanner(demand, { name: 'webgpu', limits: { maxTermsPerThread: 8192 } }))(8, 8);
    expect(onGpu.machineBytes).toBe(onGpu.loaderBytes + 16 * one.parameters);
  });
});

describe('assertFits', () => {
  /** A network that takes 100 bytes on the device, and 10 for each image that goes through it at once. */
  const planFor = (batch: number, part = batch): MemoryPlan => {
    const microBatch = Math.min(part, batch);
    return {
      ...{ batch, microBatch, parameters: 10, multiplyAdds: 1, multiplyAddsOfUpdate: 3, parameterBytes: 40, optimiserBytes: 40, activationBytes: 10 * microBatch },
      ...{ deviceBytes: 100 + 10 * microBatch, loaderBytes: batch, checkpointBytes: 80, readerBytes: 0, machineBytes: 260 + 10 * microBatch + batch },
    };
  };

  const refusalOf = (batch: number, limits: MemoryLimits, name = 'cpu', microBatch = batch) => {
    try {
      return assertFits({ batch, microBatch }, planFor, limits, name);
    } catch (error) {
      return error;
    }
  };

  it('lets pass what fits', () => {
    const limits = { device: 420, available: 612, total: 1000 };
    expect(assertFits({ batch: 32, microBatch: 32 }, planFor, limits, 'cpu')).toEqual(planFor(32));
    expect(assertFits({ batch: 64, microBatch: 16 }, planFor, limits, 'cpu')).toEqual(planFor(64, 16));
    expect([whyTooLarge(planFor(33), limits), whyTooLarge(planFor(33), { ...limits, device: null })]).toEqual(['device', 'machine']);
  });

  it('refuses with all numbers, and says in which parts a batch would fit, or else which batch', () => {
    expect(refusalOf(33, { device: 420, available: 9999, total: 9999 })).toMatchObject({
      code: 'DEVICE_MEMORY',
      summary: "batches of 33 take 430 bytes of the device cpu (parameters 40, the optimiser's 40, activations kept for backward 330), which holds 420 at most.",
      help: '--micro-batch 32 trains the same in parts that fit.',
    });
    expect(refusalOf(1000, { device: null, available: 611, total: 5000 }, 'host')).toMatchObject({
      code: 'DEVICE_MEMORY',
      summary:
        "batches of 1000 take 11,260 bytes of this machine (parameters 40, the optimiser's 40, activations kept for backward 10,000, tensors in all 10,100, batches on their way 1,000, a checkpoint twice 160), "
        + 'but of its 5,000 only 611 are there.',
      help: '--batch 31 is the largest that fits.',
    });
    expect(refusalOf(64, { device: 420, available: 9999, total: 9999 }, 'cpu', 40)).toMatchObject({
      summary: "batches of 64 in parts of 40 take 500 bytes of the device cpu (parameters 40, the optimiser's 40, activations kept for backward 400), which holds 420 at most.",
      help: '--micro-batch 32 trains the same in parts that fit.',
    });
    expect(refusalOf(2, { device: 105, available: 9999, total: 9999 })).toMatchObject({ help: 'not even a batch of 1 fits: choose a smaller network, or a machine with more memory.' });
  });

  it('knows the limits of this machine', () => {
    const { device, available, total } = memoryLimits({ name: 'cpu' });
    expect(device).toBe(4_294_967_296);
    expect(available).toBeGreaterThan(2 ** 20);
    expect(total).toBeGreaterThanOrEqual(available);
    expect(memoryLimits({ name: 'webgpu' }).device).toBe(null);
  });
});
