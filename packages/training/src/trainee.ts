import { downloadParameters, releaseAll, softmaxCrossEntropy, uploadParameters, type LossPass } from '@convkit/layers';
import type { PastEvaluation } from '@convkit/optim';
import { OptionError, type DeviceTensor, type Tensor } from '@convkit/tensor';
import { lookAhead, type BatchSource } from './batch-source.js';
import type { Checkpoint, EpochSums } from './checkpoint.js';
import { DivergedError } from './diverged-error.js';
import { evaluate, type EvaluationSource } from './evaluate.js';
import { turnEventLoop } from './event-loop.js';
import type { EpochEvent, EvaluatingEvent, EvaluationEvent, MagnitudesEvent, StepEvent } from './events.js';
import type { TrainOptions } from './train.js';

/** An update that was launched and whose losses were not read yet. */
interface Update {
  readonly step: number;
  readonly epoch: number;
  readonly lr: number;
  readonly loss: LossPass;
  readonly images: number;
  readonly startsEpoch: boolean;
  /** Milliseconds; the end is the beginning of the next update, or the reading of this one when none followed. */
  readonly began: number;
  ended: number | undefined;
  readonly dataSeconds: number;
}

/** The weights in training and the place they have come to: one half of `train`, which decides what happens when. */
export class Trainee {
  /** Updates launched. */
  step: number;
  /** Over the epoch of the last update that was reported. */
  sums: EpochSums;
  readonly #options: TrainOptions;
  readonly #source: BatchSource;
  readonly #seed: number;
  readonly #parameters: Map<string, DeviceTensor>;
  readonly #optimiserState: Map<string, DeviceTensor>;
  readonly #unread: Update[] = [];
  /** Never changed, only replaced: schedules see it. */
  #evaluations: readonly PastEvaluation[];
  #images = 0;
  #milliseconds = 0;
  #dataSeconds = 0;

  private constructor(options: TrainOptions, parameters: Map<string, DeviceTensor>, optimiserState: Map<string, DeviceTensor>) {
    this.#options = options;
    this.#source = lookAhead(options.source);
    this.#parameters = parameters;
    this.#optimiserState = optimiserState;
    this.#seed = seedOf(options);
    this.step = options.start?.progress.step ?? 0;
    this.sums = options.start?.progress.sums ?? noSums;
    this.#evaluations = options.start?.progress.evaluations ?? [];
  }

  /** Puts weights on the device: those of `start`, or new ones for inputs like the first batch. */
  static async open(options: TrainOptions): Promise<Trainee> {
    const { device, network, optimiser, start } = options;
    assertStart(options);
    const initial = start?.parameters ?? network.initialise((await options.source.batch(0, 0)).x.shape, seedOf(options));
    const parameters = await uploadParameters(device, initial);
    try {
      const state = start === undefined ? await optimiser.initialState(device, parameters) : await uploadParameters(device, start.optimiserState);
      return new Trainee(options, parameters, state);
    } catch (error) {
      releaseAll(parameters.values());
      throw error;
    }
  }

  /** Forward, backward, update. Only launches: nothing is read back. */
  async launchUpdate(): Promise<void> {
    const { device, network, optimiser, schedule } = this.#options;
    const { batchesPerEpoch } = this.#source;
    const began = performance.now();
    for (const update of this.#unread) update.ended ??= began;
    const epoch = Math.floor(this.step / batchesPerEpoch);
    const index = this.step % batchesPerEpoch;
    const asked = performance.now();
    const { x, targets } = await this.#source.batch(epoch, index);
    const dataSeconds = (performance.now() - asked) / 1000;
    const rates = schedule({ step: this.step, epoch: this.step / batchesPerEpoch, evaluations: this.#evaluations });
    const lr = typeof rates === 'number' ? rates : rates.common;
    using input = await device.upload(x.shape, x.data, 'x');
    using answers = await device.upload(targets.shape, targets.data, 'targets');
    const { y, tape } = await network.forward(device, input, this.#parameters, { training: true, seed: this.#seed, step: this.step });
    using logits = y;
    using _tape = tape;
    const loss = await softmaxCrossEntropy(device, logits, answers);
    this.step++;
    this.#unread.push({ step: this.step, epoch, lr, loss, images: x.shape[0], startsEpoch: index === 0, began, ended: undefined, dataSeconds });
    const { gradients } = await network.backward(tape, await loss.backward());
    try {
      await optimiser.step(device, this.#parameters, gradients, this.#optimiserState, typeof rates === 'number' ? rates : (name) => rates.of(name));
    } finally {
      releaseAll(gradients.values());
    }
  }

  /** Reads and tells the updates that were launched, oldest first, but for the newest `leave`. @throws DivergedError `TRAINING_DIVERGED` */
  async *report(leave: 0 | 1): AsyncGenerator<StepEvent, void, void> {
    while (this.#unread.length > leave) {
      const update = this.#unread[0];
      const { step, epoch, lr, images, dataSeconds } = update;
      const losses = await this.#options.device.download(update.loss.losses);
      const ranks = await this.#options.device.download(update.loss.ranks);
      update.loss.release();
      this.#unread.shift();
      const loss = losses.data.reduce((sum, value) => sum + value, 0);
      const [top1, top5] = [1, 5].map((places) => ranks.data.reduce((sum, rank) => (rank < places ? sum + 1 : sum), 0));
      if (!Number.isFinite(loss)) {
        throw new DivergedError({
          code: 'TRAINING_DIVERGED',
          message: `training diverged: the loss of step ${step} (epoch ${epoch}) is ${loss / images}.`,
          values: { 'learning rate': String(lr) },
          help: 'lower the learning rate, or look for bad images in the data; the last checkpoint is untouched.',
        });
      }
      const before = update.startsEpoch ? noSums : this.sums;
      this.sums = { loss: before.loss + loss, top1: before.top1 + top1, top5: before.top5 + top5, images: before.images + images };
      // Some clocks are coarser than a tiny update.
      const milliseconds = Math.max((update.ended ?? performance.now()) - update.began, 1e-3);
      this.#images += images;
      this.#milliseconds += milliseconds;
      this.#dataSeconds += dataSeconds;
      yield { type: 'step', step, epoch, loss: loss / images, top1: top1 / images, top5: top5 / images, lr, imagesPerSecond: (1000 * images) / milliseconds, dataSeconds };
    }
  }

  /** The epoch that the last update ended. */
  epochEvent(): EpochEvent {
    const { loss, top1, top5, images } = this.sums;
    return { type: 'epoch', step: this.step, epoch: this.step / this.#source.batchesPerEpoch - 1, loss: loss / images, top1: top1 / images, top5: top5 / images };
  }

  /** Whether the run goes by a judgement of the weights as they are. */
  get judged(): boolean {
    return this.#evaluations.at(-1)?.step === this.step;
  }

  /** Judges the weights as they are; undefined when it was told to stop. */
  async *evaluate(source: EvaluationSource, stop: () => boolean): AsyncGenerator<MagnitudesEvent | EvaluatingEvent | EvaluationEvent, EvaluationEvent | undefined, void> {
    const { device, network, magnitudes = false } = this.#options;
    const { step } = this;
    if (magnitudes) yield await this.#magnitudes();
    let event: EvaluationEvent | undefined;
    for await (const soFar of evaluate({ device, network, parameters: this.#parameters, source })) {
      await turnEventLoop();
      if (stop()) return undefined;
      event = { type: 'evaluation', step, ...soFar };
      yield { type: 'evaluating', step, images: soFar.images, of: source.images };
    }
    if (event === undefined) return undefined;
    const { loss, top1 } = event;
    this.#evaluations = [...this.#evaluations, { step, epoch: step / this.#source.batchesPerEpoch, loss, top1 }];
    yield event;
    return event;
  }

  /** Everything as it stands after the last update, which must have been reported. @throws DivergedError `TRAINING_DIVERGED` */
  async checkpoint(about: Checkpoint['about'] = {}): Promise<Checkpoint> {
    const { batchesPerEpoch } = this.#source;
    return {
      about,
      progress: { step: this.step, epoch: Math.floor(this.step / batchesPerEpoch), batch: this.step % batchesPerEpoch, seed: this.#seed, sums: this.sums, evaluations: this.#evaluations },
      parameters: await this.downloadParameters(),
      optimiserState: await this.#download(this.#optimiserState),
    };
  }

  /** @throws DivergedError `TRAINING_DIVERGED` */
  downloadParameters(): Promise<Map<string, Tensor>> {
    return this.#download(this.#parameters);
  }

  /** Of all updates reported; 0 before the first. */
  get imagesPerSecond(): number {
    return this.#images === 0 ? 0 : (1000 * this.#images) / this.#milliseconds;
  }

  /** For which all updates reported have waited for data. */
  get dataSeconds(): number {
    return this.#dataSeconds;
  }

  release(): void {
    for (const { loss } of this.#unread) loss.release();
    releaseAll(this.#parameters.values());
    releaseAll(this.#optimiserState.values());
  }

  async #magnitudes(): Promise<MagnitudesEvent> {
    const values = await this.#download(this.#parameters);
    const remembered = await this.#download(this.#optimiserState);
    const parameters = Array.from(values, ([name, value]) => ({ name, value: meanSize(value), increment: meanSize(remembered.get(name)) }));
    return { type: 'magnitudes', step: this.step, parameters };
  }

  async #download(tensors: ReadonlyMap<string, DeviceTensor>): Promise<Map<string, Tensor>> {
    const downloaded = await downloadParameters(this.#options.device, tensors);
    for (const [name, { data }] of downloaded) {
      if (!data.every(Number.isFinite)) {
        throw new DivergedError({
          code: 'TRAINING_DIVERGED',
          message: `training diverged: after step ${this.step} "${name}" holds numbers that are not finite.`,
          help: 'lower the learning rate; the last checkpoint is untouched.',
        });
      }
    }
    return downloaded;
  }
}

const noSums: EpochSums = { loss: 0, top1: 0, top5: 0, images: 0 };

/** Mean of the absolute values; 0 of nothing. */
function meanSize(tensor: Tensor | undefined): number {
  return tensor === undefined ? 0 : tensor.data.reduce((sum, value) => sum + Math.abs(value), 0) / tensor.data.length;
}

function seedOf({ seed, start }: TrainOptions): number {
  return seed ?? start?.progress.seed ?? 0;
}

/** @throws OptionError `OPTION_INVALID` */
function assertStart({ start, seed, source }: TrainOptions): void {
  if (start === undefined) return;
  const { step, epoch, batch, seed: startSeed } = start.progress;
  if (seed !== undefined && seed !== startSeed) {
    throw new OptionError({ code: 'OPTION_INVALID', message: `train: seed is ${seed}, but the run to go on with has seed ${startSeed}.`, help: 'leave the seed out.' });
  }
  if (epoch * source.batchesPerEpoch + batch !== step || batch >= source.batchesPerEpoch) {
    throw new OptionError({
      code: 'OPTION_INVALID',
      message: `train: the run to go on with stands at step ${step}, epoch ${epoch}, batch ${batch}, which does not fit ${source.batchesPerEpoch} batches an epoch.`,
      help: 'go on with the data and the batch size that the run began with.',
    });
  }
}
