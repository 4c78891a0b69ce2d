import { buildNetwork, findRecipe, inputShape, recipeOptimiser } from '@convkit/alexnet';
import { openCpuDevice } from '@convkit/kernels-cpu';
import { constantRate } from '@convkit/optim';
import { RandomStream, Tensor } from '@convkit/tensor';
import { DivergedError, memoryCheckpointStore, train, type Checkpoint } from '@convkit/training';
import { expect, it, vi } from 'vitest';

// Machines may be busy.
vi.setConfig({ testTimeout: 240_000 });

const recipe = findRecipe('alexnet-mini');
const format = { size: 28, channels: 1, classes: 3 };
const input = inputShape(recipe, format);
const batch = 2;

/** Noise in two batches. */
const source = {
  batchesPerEpoch: 2,
  batch: async (_: number, index: number) => {
    const draws = new RandomStream(1, 'noise').at(index);
    const x = new Tensor([batch, ...input], Float32Array.from({ length: batch * input[0] * input[1] * input[2] }, () => draws.uniform()));
    return { x, targets: Tensor.from([batch, 3], [1, 0, 0, 0, 1, 0]) };
  },
};

it('NaN in any parameter ends a run with the step, before a checkpoint is written', async () => {
  const device = await openCpuDevice({ threads: 1 });
  const network = buildNetwork(recipe.network, format);
  const good = network.initialise([batch, ...input], 1);
  const optimiserState = new Map([...good].map(([name, { shape }]) => [name, Tensor.zeros(shape)]));
  const progress = { step: 4, epoch: 2, batch: 0, seed: 1, sums: { loss: 1, top1: 1, top5: 1, images: 4 }, evaluations: [], divisions: [] };
  expect(good.size).toBe(16);
  for (const [name, { shape, data }] of good) {
    const parameters: Checkpoint['parameters'] = new Map([...good, [name, new Tensor(shape, Float32Array.from(data).fill(NaN, data.length >> 1, (data.length >> 1) + 1))]]);
    const store = memoryCheckpointStore();
    await store.write('step-00000004.safetensors', Uint8Array.of(4));
    const run = train({
      device,
      network,
      source,
      optimiser: recipeOptimiser(recipe),
      schedule: constantRate(0.01),
      steps: 8,
      start: { about: {}, progress, parameters, optimiserState },
      checkpoints: { store, every: 1 },
    });
    const error: unknown = await (async () => {
      for await (const event of run) expect(event.type).not.toBe('checkpoint');
    })().catch((thrown: unknown) => thrown);
    expect(error, name).toBeInstanceOf(DivergedError);
    expect(error).toMatchObject({ code: 'TRAINING_DIVERGED', message: expect.stringMatching(/step 5\b/) as string });
    expect(await store.list()).toEqual(['step-00000004.safetensors']);
    expect(await store.read('step-00000004.safetensors')).toEqual(Uint8Array.of(4));
    expect(device.report().tensors).toBe(0);
  }
  await device.destroy();
});
