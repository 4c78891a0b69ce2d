import { buildNetwork, inputShape, recipeOptimiser, recipeSchedule, type NetworkDescription } from '@convkit/alexnet';
import { releaseAll, softmaxCrossEntropy, uploadParameters, type Sequential } from '@convkit/layers';
import { RandomStream, sizeOf, type Device, type Shape } from '@convkit/tensor';

/** The parts of a training step, in their order. Uploading the batch belongs to `forward`, the gradient of the loss to `backward`. */
export type Phase = 'forward' | 'backward' | 'update';

/** A network in training on a device, with one batch of noise that comes again and again. Nothing is read back but by `answer`. */
export interface Workload extends Disposable {
  readonly network: Sequential;
  /** One batch: `[N, H, W, C]`. */
  readonly input: Shape;
  /**
   * One update by the recipe's rule: upload of images and targets, forward with dropout, loss, backward, optimiser.
   *
   * @param through The device, or something that looks like it and watches.
   * @param enter Is called as each phase begins.
   */
  train(through?: Device, enter?: (phase: Phase) => void): Promise<void>;
  /** Uploads the batch and evaluates it. */
  forward(): Promise<void>;
  /** Uploads one image, evaluates it, and brings the logits back. */
  answer(): Promise<void>;
}

const SEED = 1;

/** Puts a new network onto a device, which is borrowed. @param batch Images in an update. */
export async function openWorkload(device: Device, description: NetworkDescription, batch: number): Promise<Workload> {
  const { design, recipe, defaults } = description;
  const network = buildNetwork(design, defaults);
  const image = inputShape(recipe, defaults);
  const input = [batch, ...image];
  const targets = [batch, defaults.classes];
  const draws = new RandomStream(SEED, 'bench').at();
  // Pixels of photographs deviate by some 60 from their mean; recipes that divide by the deviation leave 1 of that.
  const pixels = draws.fillNormal(new Float32Array(sizeOf(input)), 0, recipe.data.unitDeviation ? 1 : 60);
  const answers = new Float32Array(sizeOf(targets));
  for (let i = 0; i < batch; i++) answers[i * defaults.classes + draws.integer(defaults.classes)] = 1;
  const optimiser = recipeOptimiser(recipe);
  const rates = recipeSchedule(recipe)({ step: 0, epoch: 0 });
  const parameters = await uploadParameters(device, network.initialise(input, SEED));
  const state = await optimiser.initialState(device, parameters);
  let step = 0;

  return {
    network,
    input,
    async train(through = device, enter = () => undefined) {
      enter('forward');
      using x = await through.upload(input, pixels, 'input.images');
      using t = await through.upload(targets, answers, 'input.targets');
      const { y, tape } = await network.forward(through, x, parameters, { training: true, seed: SEED, step: step++ });
      using logits = y;
      using _tape = tape;
      using loss = await softmaxCrossEntropy(through, logits, t);
      enter('backward');
      const { gradients } = await network.backward(tape, await loss.backward());
      enter('update');
      try {
        await optimiser.step(through, parameters, gradients, state, (name) => rates.of(name));
      } finally {
        releaseAll(gradients.values());
      }
    },
    async forward() {
      using x = await device.upload(input, pixels, 'input.images');
      using _logits = await network.predict(device, x, parameters);
    },
    async answer() {
      using x = await device.upload([1, ...image], pixels.subarray(0, sizeOf(image)), 'input.image');
      using logits = await network.predict(device, x, parameters);
      await device.download(logits);
    },
    [Symbol.dispose]() {
      releaseAll(parameters.values());
      releaseAll(state.values());
    },
  };
}
