import { addGradients, downloadParameters, releaseAll, softmaxCrossEntropy, uploadParameters, type LossPass } from '@convkit/layers';
import type { PastEvaluation } from '@convkit/optim';
import { OptionError, TimedDevice, type DeviceTensor, type Tensor } from '@convkit/tensor';
import { lookAhead, type BatchSource, type TrainingBatch } from './batch-source.js';
import type { Checkpoint, EpochSums } from './checkpoint.js';
import type { RateDivision } from './commands.js';
import { cutBatch, type BatchPart } from './cut-batch.js';
import { DivergedError } from './diverged-error.js';
import { evaluate, type EvaluationSource } from './evaluate.js';
import { turnEventLoop } from './event-loop.js';
import type { EpochEvent, EvaluatingEvent, EvaluationEvent, LayersEvent, MagnitudesEvent, MistakesEvent, StepEvent } from './events.js';
import { FlatLoss } from './flat-loss.js';
import { MistakeCounter } from './mistakes.js';
import type { TrainOptions } from './train.js';

/** An update that was launched and whose losses were not read yet. */
interface Update {
  readonly step: number;
  readonly epoch: number;
  /** Place of its batch in the epoch, from 0. */
  readonly batch: number;
  readonly lr: number;
  /** One for each part of the batch that went through the device at once. */
  readonly losses: LossPass[];
  readonly images: number;
  readonly classes: number;
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
  #divisions: readonly RateDivision[];
  /** Of the last update; to be read until the next one is launched. */
  #lastBatch: TrainingBatch | undefined;
  readonly #flatLoss: FlatLoss | undefined;
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
    this.#divisions = options.start?.progress.divisions ?? [];
    this.#flatLoss = options.flatLoss === undefined ? undefined : new FlatLoss(options.flatLoss);
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
    const { device, optimiser, schedule } = this.#options;
    const { batchesPerEpoch } = this.#source;
    const began = performance.now();
    for (const update of this.#unread) update.ended ??= began;
    const epoch = Math.floor(this.step / batchesPerEpoch);
    const index = this.step % batchesPerEpoch;
    const asked = performance.now();
    this.#lastBatch = await this.#source.batch(epoch, index);
    const { x, targets } = this.#lastBatch;
    const dataSeconds = (performance.now() - asked) / 1000;
    const rates = schedule({ step: this.step, epoch: this.step / batchesPerEpoch, evaluations: this.#evaluations });
    const divisor = this.#divisions.reduce((product, { by }) => product * by, 1);
    const lr = (typeof rates === 'number' ? rates : rates.common) / divisor;
    const update: Update = { step: this.step + 1, epoch, batch: index, lr, losses: [], images: x.shape[0], classes: targets.shape[1], began, ended: undefined, dataSeconds };
    this.#unread.push(update);
    const gradients = new Map<string, DeviceTensor>();
    try {
      for (const part of cutBatch(this.#lastBatch, this.#partSize(x))) await this.#launchPart(part, update, gradients);
      this.step++;
      await optimiser.step(device, this.#parameters, gradients, this.#optimiserState, typeof rates === 'number' ? lr : (name) => rates.of(name) / divisor);
    } finally {
      releaseAll(gradients.values());
    }
  }

  /** Forward and backward for a part of the batch of an update. Adds to the gradients. */
  async #launchPart({ x, targets, firstRow }: BatchPart, { losses, images }: Update, gradients: Map<string, DeviceTensor>): Promise<void> {
    const { device, network } = this.#options;
    using input = await device.upload(x.shape, x.data, 'x');
    using answers = await device.upload(targets.shape, targets.data, 'targets');
    const { y, tape } = await network.forward(device, input, this.#parameters, { training: true, seed: this.#seed, step: this.step, firstRow });
    using logits = y;
    using _tape = tape;
    const loss = await softmaxCrossEntropy(device, logits, answers);
    losses.push(loss);
    const { gradients: own } = await network.backward(tape, await loss.backward(images));
    try {
      await addGradients(device, gradients, own);
    } finally {
      releaseAll(own.values());
    }
  }

  #partSize(x: Tensor): number {
    return this.#options.microBatch ?? x.shape[0];
  }

  /** Reads and tells the updates that were launched, oldest first, but for the newest `leave`. @throws DivergedError `TRAINING_DIVERGED` */
  async *report(leave: 0 | 1): AsyncGenerator<StepEvent, void, void> {
    while (this.#unread.length > leave) {
      const update = this.#unread[0];
      const { step, epoch, batch, lr, images, classes, dataSeconds } = update;
      const losses: number[] = [];
      const ranks: number[] = [];
      for (const pass of update.losses) {
        losses.push(...(await this.#options.device.download(pass.losses)).data);
        ranks.push(...(await this.#options.device.download(pass.ranks)).data);
      }
      for (const pass of update.losses) pass.release();
      this.#unread.shift();
      const loss = losses.reduce((sum, value) => sum + value, 0);
      const [top1, top5] = [1, 5].map((places) => ranks.filter((rank) => rank < places).length);
      if (!Number.isFinite(loss)) {
        throw new DivergedError({ step, epoch, batch }, {
          code: 'TRAINING_DIVERGED',
          message: `training diverged: the loss of step ${step} (epoch ${epoch}) is ${loss / images}.`,
          values: { 'learning rate': String(lr) },
          help: 'lower the learning rate, or look for bad images in the data; the last checkpoint is untouched.',
        });
      }
      this.#flatLoss?.read({ step, epoch, batch }, loss / images, classes);
      const before = batch === 0 ? noSums : this.sums;
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

  /** All judgements so far, oldest first. */
  get evaluations(): readonly PastEvaluation[] {
    return this.#evaluations;
  }

  /** Whether the run goes by a judgement of the weights as they are. */
  get judged(): boolean {
    return this.#evaluations.at(-1)?.step === this.step;
  }

  /** From the next update on. */
  divideRate(by: number): void {
    this.#divisions = [...this.#divisions, { step: this.step, by }];
  }

  /** Judges the weights as they are; undefined when it was told to stop. */
  async *evaluate(source: EvaluationSource, stop: () => boolean): AsyncGenerator<MagnitudesEvent | LayersEvent | EvaluatingEvent | EvaluationEvent | MistakesEvent, EvaluationEvent | undefined, void> {
    const { device, network, magnitudes = false, layerTimes = false, mistakes = false } = this.#options;
    const { step } = this;
    if (magnitudes) yield await this.#magnitudes();
    if (layerTimes && this.#lastBatch !== undefined) yield await this.#timeLayers(this.#lastBatch);
    let event: EvaluationEvent | undefined;
    const counter = new MistakeCounter();
    for await (const soFar of evaluate({ device, network, parameters: this.#judgedParameters(), source, ...(mistakes ? { onJudged: (judged) => counter.add(judged) } : {}) })) {
      await turnEventLoop();
      if (stop()) return undefined;
      event = { type: 'evaluation', step, ...soFar };
      yield { type: 'evaluating', step, images: soFar.images, of: source.images };
    }
    if (event === undefined) return undefined;
    const { loss, top1 } = event;
    this.#evaluations = [...this.#evaluations, { step, epoch: step / this.#source.batchesPerEpoch, loss, top1 }];
    yield event;
    if (mistakes) yield { type: 'mistakes', step, ...counter.mistakes };
    return event;
  }

  /** Puts the weights of a checkpoint, and what the optimiser remembered with them, in the place of those that are there. Either is left whole, whatever fails. */
  async restore({ parameters, optimiserState }: Checkpoint): Promise<void> {
    for (const [held, tensors] of [[this.#parameters, parameters], [this.#optimiserState, optimiserState]] as const) {
      const uploaded = await uploadParameters(this.#options.device, tensors);
      releaseAll(held.values());
      held.clear();
      for (const [name, tensor] of uploaded) held.set(name, tensor);
    }
  }

  /** Everything as it stands after the last update, which must have been reported. @throws DivergedError `TRAINING_DIVERGED` */
  async checkpoint(about: Checkpoint['about'] = {}): Promise<Checkpoint> {
    const { batchesPerEpoch } = this.#source;
    return {
      about,
      progress: { step: this.step, epoch: Math.floor(this.step / batchesPerEpoch), batch: this.step % batchesPerEpoch, seed: this.#seed, sums: this.sums, evaluations: this.#evaluations, divisions: this.#divisions },
      parameters: await this.#download(this.#parameters),
      optimiserState: await this.#download(this.#optimiserState),
    };
  }

  /** The weights, and those that are judged: one and the same map where the optimiser does not tell them apart. @throws DivergedError `TRAINING_DIVERGED` */
  async downloadWeights(): Promise<{ readonly parameters: ReadonlyMap<string, Tensor>; readonly judged: ReadonlyMap<string, Tensor> }> {
    const parameters = await this.#download(this.#parameters);
    const judged = this.#judgedParameters();
    return { parameters, judged: judged === this.#parameters ? parameters : await this.#download(judged) };
  }

  #judgedParameters(): ReadonlyMap<string, DeviceTensor> {
    return this.#options.optimiser.judged?.(this.#parameters, this.#optimiserState) ?? this.#parameters;
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
    for (const loss of this.#unread.flatMap(({ losses }) => losses)) loss.release();
    releaseAll(this.#parameters.values());
    releaseAll(this.#optimiserState.values());
  }

  async #magnitudes(): Promise<MagnitudesEvent> {
    const values = await this.#download(this.#parameters);
    const remembered = await this.#download(this.#optimiserState);
    // Not in the order of the map, which is another in a resumed run.
    const parameters = [...values.keys()].sort().map((name) => ({ name, value: meanSize(values.get(name)), increment: meanSize(remembered.get(name)) }));
    return { type: 'magnitudes', step: this.step, parameters };
  }

  /** One more pass over a batch, or over as much of it as goes through the device at once, as in training, whose gradients go nowhere. */
  async #timeLayers(batch: TrainingBatch): Promise<LayersEvent> {
    const { device, network } = this.#options;
    const [{ x, targets }] = cutBatch(batch, this.#partSize(batch.x));
    using fence = await device.upload([1], new Float32Array(1), 'fence');
    // What was launched before is done before a download is answered.
    const timed = new TimedDevice(device, async () => void (await device.download(fence)));
    using input = await device.upload(x.shape, x.data, 'x');
    using answers = await device.upload(targets.shape, targets.data, 'targets');
    await device.download(fence);
    timed.lap();
    const { y, tape } = await network.forward(timed, input, this.#parameters, { training: true, seed: this.#seed, step: this.step });
    using logits = y;
    using _tape = tape;
    const forward = timed.lap();
    using loss = await softmaxCrossEntropy(device, logits, answers);
    const dlogits = await loss.backward();
    timed.lap();
    const { gradients } = await network.backward(tape, dlogits);
    const backward = timed.lap();
    releaseAll(gradients.values());
    const layers = network.layers.map(({ name, kind }) => ({ name, kind, forwardMs: forward.get(name) ?? 0, backwardMs: backward.get(name) ?? 0 }));
    return { type: 'layers', step: this.step, layers };
  }

  async #download(tensors: ReadonlyMap<string, DeviceTensor>): Promise<Map<string, Tensor>> {
    const downloaded = await downloadParameters(this.#options.device, tensors);
    for (const [name, { data }] of downloaded) {
      if (!data.every(Number.isFinite)) {
        throw new DivergedError(undefined, {
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
