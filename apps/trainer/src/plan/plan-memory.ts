import { recipeOptimiser, recipeSchedule, type Recipe } from '@convkit/alexnet';
import { releaseAll, softmaxCrossEntropy, summarise, uploadParameters, type LossPass, type Sequential } from '@convkit/layers';
import { Tensor, sizeOf, type Device, type Shape } from '@convkit/tensor';
import { openCountingDevice } from './counting-device.js';

/** What a run asks memory for. */
export interface MemoryDemand {
  readonly recipe: Recipe;
  readonly network: Sequential;
  /** One image as the network gets it. */
  readonly image: Shape;
  readonly classes: number;
  /** Rows of a forward pass of the evaluation. */
  readonly evaluationRows: number;
  /** Batches of images in memory at once: those of the loader's ring, or one in use and one in the making. */
  readonly batches: number;
  /** Threads that read checkpoints while training goes on: TensorBoard's, the dashboard's. */
  readonly checkpointReaders: number;
}

/** The memory of a run, in bytes unless said otherwise. */
export interface MemoryPlan {
  readonly batch: number;
  /** Images that go through the device at once: the batch, or a part of it. */
  readonly microBatch: number;
  /** Numbers in all parameters. */
  readonly parameters: number;
  /** Of one image forward. */
  readonly multiplyAdds: number;
  /** Of an update: forward, backward by weights, and backward by input for all layers but the first. */
  readonly multiplyAddsOfUpdate: number;
  readonly parameterBytes: number;
  /** What the optimiser remembers: velocities. */
  readonly optimiserBytes: number;
  /** Kept for backward, of the images that go through the device at once. */
  readonly activationBytes: number;
  /** The most that tensors take on the device at once, in training and in evaluation: all of the above, and what is in use beside it. */
  readonly deviceBytes: number;
  /** Batches of images on their way. */
  readonly loaderBytes: number;
  readonly checkpointBytes: number;
  /** Of threads that read checkpoints: each has the file, a copy that is hashed, and the tensors. */
  readonly readerBytes: number;
  /** Of the machine: the device's, if they lie there, the loader's, the readers', and a checkpoint that is made, which is there twice. What data sets and program take already is not in it. */
  readonly machineBytes: number;
}

/** The plan for batches of so many images that go through the device in parts of so many. */
export type MemoryPlanner = (batch: number, microBatch: number) => MemoryPlan;

/** Devices whose tensors lie in a GPU. */
const onGpu: readonly string[] = ['webgpu', 'webgl2'];

/**
 * What a run takes, by its batch and by how much of it goes through the device at once. Two updates and an evaluation are done on a device that computes nothing, once with batches of one image and once of two: every tensor is so large plus so much for each
 * image, so the most of all batches is known. Where a device splits long sums, so that larger batches take other tensors, it is an estimate.
 *
 * @param like The device of the run.
 */
export async function memoryPlanner(demand: MemoryDemand, like: Pick<Device, 'name' | 'limits'>): Promise<MemoryPlanner> {
  const { network, image, batches, checkpointReaders } = demand;
  const [one, two] = [await countTensors(demand, 1, like), await countTensors(demand, 2, like)];
  const { parameters, multiplyAdds, bytesKept, rows } = summarise(network, [1, ...image]);
  const firstLayer = rows.find(({ multiplyAdds: own }) => own > 0)?.multiplyAdds ?? 0;
  const { optimiserBytes } = one;
  const parameterBytes = 4 * parameters;
  const checkpointBytes = parameterBytes + optimiserBytes;
  const readerBytes = 3 * checkpointReaders * checkpointBytes;
  return (batch, part) => {
    const microBatch = Math.min(part, batch);
    // The gradients of a part are there beside the sums of those before.
    const deviceBytes = mostAt(microBatch, one.live, two.live) + (microBatch < batch ? parameterBytes : 0);
    const loaderBytes = 4 * batches * batch * sizeOf(image);
    return {
      batch,
      microBatch,
      parameters,
      multiplyAdds,
      multiplyAddsOfUpdate: batch * (3 * multiplyAdds - firstLayer),
      parameterBytes,
      optimiserBytes,
      activationBytes: microBatch * bytesKept,
      deviceBytes,
      loaderBytes,
      checkpointBytes,
      readerBytes,
      machineBytes: (onGpu.includes(like.name) ? 0 : deviceBytes) + loaderBytes + readerBytes + 2 * checkpointBytes,
    };
  };
}

/** The most that is live with batches of so many images, from what is live with batches of one and of two. */
function mostAt(batch: number, one: readonly number[], two: readonly number[]): number {
  const at = (first: number, second: number) => first + (batch - 1) * (second - first);
  return one.length === two.length ? Math.max(...one.map((bytes, i) => at(bytes, two[i]))) : at(Math.max(...one), Math.max(...two));
}

/** The bytes that are live whenever a tensor was made, and those of the optimiser. */
async function countTensors({ recipe, network, image, classes, evaluationRows }: MemoryDemand, batch: number, like: Pick<Device, 'name' | 'limits'>): Promise<{ readonly live: readonly number[]; readonly optimiserBytes: number }> {
  const { device, live } = openCountingDevice(like);
  const input = [batch, ...image];
  const optimiser = recipeOptimiser(recipe);
  const rates = recipeSchedule(recipe)({ step: 0, epoch: 0 });
  const parameters = await uploadParameters(device, new Map(network.parameterSpecs(input).map(({ name, shape }) => [name, Tensor.zeros(shape)])));
  const { bytes: without } = device.report();
  const state = await optimiser.initialState(device, parameters);
  const optimiserBytes = device.report().bytes - without;
  const upload = (shape: Shape, label: string) => device.upload(shape, new Float32Array(sizeOf(shape)), label);
  const update = async (): Promise<LossPass> => {
    using x = await upload(input, 'x');
    using targets = await upload([batch, classes], 'targets');
    const { y, tape } = await network.forward(device, x, parameters, { training: true, seed: 0, step: 0 });
    using logits = y;
    using _tape = tape;
    const loss = await softmaxCrossEntropy(device, logits, targets);
    const { gradients } = await network.backward(tape, await loss.backward());
    await optimiser.step(device, parameters, gradients, state, (name) => rates.of(name));
    releaseAll(gradients.values());
    return loss;
  };
  // The losses of an update are read while the next one is under way.
  using _first = await update();
  using _second = await update();
  using x = await upload([evaluationRows, ...image], 'x');
  using _logits = await network.predict(device, x, parameters);
  return { live, optimiserBytes };
}
