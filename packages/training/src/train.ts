import type { Sequential } from '@convkit/layers';
import type { Optimiser, ParameterSchedule, Schedule } from '@convkit/optim';
import { ConvkitError, OptionError, type Device } from '@convkit/tensor';
import type { BatchSource } from './batch-source.js';
import { bestCheckpoint, saveBestCheckpoint, saveCheckpoint, type CheckpointStore } from './checkpoint-store.js';
import type { Checkpoint } from './checkpoint.js';
import { CommandQueue, type RateDivision, type TrainingCommand } from './commands.js';
import { assertEarlyStopping, isBest, stopsEarly, type EarlyStopping, type Metric } from './early-stopping.js';
import type { EvaluationSource } from './evaluate.js';
import { turnEventLoop } from './event-loop.js';
import type { CheckpointEvent, EvaluationEvent, TrainingEvent, WarningEvent } from './events.js';
import { hashParameters } from './hash-parameters.js';
import { Trainee } from './trainee.js';

/** When and where {@link train} saves. */
export interface CheckpointOptions {
  /** Where they are kept. */
  readonly store: CheckpointStore;
  /** Updates from one checkpoint to the next. Default: one after every epoch. */
  readonly every?: number;
  /** How many of them stay in the store. Default 3. */
  readonly keep?: number;
  /** Whether the checkpoint of the best judgement is kept beside them as `best.safetensors`, and what makes it the best. Default: it is not. */
  readonly best?: Metric;
  /** What the run is about, for whoever finds a checkpoint: any JSON. Default: nothing. */
  readonly about?: Checkpoint['about'];
}

/** What {@link train} needs. Device, network, sources, optimiser and store are borrowed. */
export interface TrainOptions {
  /** Where it runs. */
  readonly device: Device;
  /** What is trained; it gives logits `[N, classes]`. */
  readonly network: Sequential;
  /** Where its batches come from. */
  readonly source: BatchSource;
  /** The update rule, such as `sgd` of `@convkit/optim`. */
  readonly optimiser: Optimiser;
  /** One rate for all parameters, or rates by their names. It is asked before every update, and handed the judgements so far. */
  readonly schedule: Schedule | ParameterSchedule;
  /** Decides first weights and dropout. Default: that of `start`, or 0. */
  readonly seed?: number;
  /** The run ends after so many epochs since its very beginning. */
  readonly epochs?: number;
  /** The run ends after so many updates since its very beginning; with `epochs`, whichever comes first. One of the two must be given. */
  readonly steps?: number;
  /** Where to go on. Default: new weights. */
  readonly start?: Checkpoint;
  /**
   * The run ends after so many seconds of this call, above 0, once the running update or judgement is done: saved and judged as at its end. How far it comes depends on the machine.
   * Default: never.
   */
  readonly deadline?: number;
  /** Judged after every epoch and at the end. Default: never. */
  readonly evaluation?: EvaluationSource;
  /** Epochs from one judgement to the next, a whole number; the end is judged whatever it is. Default 1. */
  readonly evaluateEvery?: number;
  /** Whether to tell how large parameters and velocities are before every judgement. They are read back for it. Default false. */
  readonly magnitudes?: boolean;
  /** Whether to tell how long each layer takes, before every judgement. It costs a forward and a backward pass. Default false. */
  readonly layerTimes?: boolean;
  /** Whether to tell after every judgement what was confused and which samples were judged worst. Default false. */
  readonly mistakes?: boolean;
  /** When and where the run is saved. Default: it is not. */
  readonly checkpoints?: CheckpointOptions;
  /** When a run ends that does not get better any more. It goes by the judgements of `evaluation`. Default: never. */
  readonly earlyStopping?: EarlyStopping;
  /**
   * The run ends with an error once over two windows of so many updates in a row the loss was that of a guess among all classes, and did not fall by a thousandth from one to the next.
   * Some networks wait long before they begin to learn. Default: never.
   */
  readonly flatLoss?: number;
  /**
   * How many samples go through the device at once. A larger batch is cut into parts of so many, the last with what is left; their gradients are added before the update.
   * Loss and dropout are those of the whole batch, so that nothing but memory, speed and the last bits of the weights depends on it. Default: the whole batch.
   */
  readonly microBatch?: number;
  /** Divisions of the rates to be repeated, oldest first: those of another run's checkpoint. Default: none. */
  readonly divisions?: readonly RateDivision[];
}

/** A run: a stream of events, and an ear for commands. Nothing happens before the first event is asked for. */
export interface TrainingRun extends AsyncGenerator<TrainingEvent, void, void> {
  /** Asks for something between two updates; a `command` event tells when it is obeyed. @throws OptionError as `parseCommand` does */
  send(command: TrainingCommand): void;
}

/**
 * Trains a network. Runs with equal options give equal weights to the bit on a device that repeats itself, also when one of them was stopped and resumed between any two updates.
 *
 * Nothing is read back inside an update: losses and ranks of an update are read after the next one was launched. Whatever it puts on the device it releases,
 * also when the stream is left early or something fails. The stream is pulled: a reader that takes its time holds the run up.
 *
 * @throws OptionError `OPTION_INVALID` for counts out of range and for a `start` that does not fit.
 * @throws DivergedError `TRAINING_DIVERGED` when the loss or the weights are not finite any more, `TRAINING_FLAT` for {@link TrainOptions.flatLoss}; no checkpoint is written then, the last one stays.
 * @throws what source, device and, for the last checkpoint, the store throw. An earlier checkpoint that fails is a `warning` event.
 * @example
 * ```ts
 * import { dense, Sequential } from '@convkit/layers';
 * import { constantRate, sgd } from '@convkit/optim';
 * import { openHostDevice, Tensor } from '@convkit/tensor';
 * import { train } from '@convkit/training';
 *
 * const x = Tensor.from([4, 2], [0, 1, 1, 0, 0, 2, 2, 0]);
 * const source = { batchesPerEpoch: 1, batch: async () => ({ x, targets: Tensor.from([4, 2], [1, 0, 0, 1, 1, 0, 0, 1]) }) };
 * const network = new Sequential([dense('fc', { outputs: 2 })]);
 * const run = train({ device: openHostDevice(), network, source, optimiser: sgd({ momentum: 0.9, decay: 0 }), schedule: constantRate(0.1), steps: 20 });
 * for await (const event of run) if (event.type === 'step') console.log(event.step, event.loss);
 * ```
 */
export function train(options: TrainOptions): TrainingRun {
  const queue = new CommandQueue();
  return Object.assign(events(options, queue), { send: (command: TrainingCommand) => queue.send(command) });
}

async function* events(options: TrainOptions, queue: CommandQueue): AsyncGenerator<TrainingEvent, void, void> {
  const { source, start, evaluation, evaluateEvery = 1, checkpoints, deadline = Infinity, earlyStopping } = options;
  const began = performance.now();
  const lastStep = lastStepOf(options);
  if (earlyStopping !== undefined) assertEarlyStopping(earlyStopping, checkpoints?.best);
  const trainee = await Trainee.open(options);
  const repeated = (options.divisions ?? []).filter(({ step }) => step >= (start?.progress.step ?? 0));
  let savedStep = start?.progress.step;
  let evaluated: EvaluationEvent | undefined;
  let stopped = false;
  let saveAsked = false;
  const early = (): boolean => earlyStopping !== undefined && stopsEarly(earlyStopping, trainee.evaluations);
  const over = (): boolean => trainee.step >= lastStep || stopped || performance.now() - began >= 1000 * deadline || early();
  const judgementDue = (): boolean => trainee.step > 0 && trainee.step % (evaluateEvery * source.batchesPerEpoch) === 0;

  async function* saveNow(): AsyncGenerator<TrainingEvent, void, void> {
    saveAsked = false;
    if (checkpoints === undefined || savedStep === trainee.step) return;
    const event = await trySave(trainee, checkpoints);
    if (event.type === 'checkpoint') savedStep = event.step;
    yield event;
  }

  async function* judge(of: EvaluationSource): AsyncGenerator<TrainingEvent, void, void> {
    evaluated = yield* trainee.evaluate(of, () => queue.stops);
    if (evaluated !== undefined && checkpoints?.best !== undefined && isBest(trainee.evaluations, checkpoints.best)) yield await trySave(trainee, checkpoints, saveBestCheckpoint);
  }

  /** Obeys what was sent. A paused run waits here. */
  async function* obey(): AsyncGenerator<TrainingEvent, void, void> {
    while (repeated.length > 0 && repeated[0].step <= trainee.step) {
      const { by } = repeated.shift() as RateDivision;
      trainee.divideRate(by);
      yield { type: 'command', step: trainee.step, command: { type: 'divide-rate', by } };
    }
    if (queue.waiting > 0) yield* trainee.report(0);
    let paused = false;
    while (queue.waiting > 0 || (paused && !stopped)) {
      const command = await queue.next();
      if (command.type === 'divide-rate') trainee.divideRate(command.by);
      if (command.type === 'stop') stopped = true;
      if (command.type === 'pause' || command.type === 'resume') paused = command.type === 'pause';
      yield { type: 'command', step: trainee.step, command };
      // A division must not be lost with a process that dies later. Who asks for a checkpoint is told of one, whether or not the step has been saved before.
      if (command.type === 'checkpoint' || command.type === 'divide-rate') [saveAsked, savedStep] = [true, undefined];
      if (paused && saveAsked) yield* saveNow();
    }
  }

  try {
    // A checkpoint is written before its weights are judged, and the schedule must not miss that judgement.
    if (evaluation !== undefined && !over() && judgementDue() && !trainee.judged) yield* judge(evaluation);
    yield* obey();
    while (!over()) {
      await trainee.launchUpdate();
      yield* trainee.report(1);
      await turnEventLoop();
      yield* obey();
      const epochEnds = trainee.step % source.batchesPerEpoch === 0;
      const due = saveAsked || (checkpoints?.every === undefined ? epochEnds : trainee.step % checkpoints.every === 0);
      if (epochEnds || due) yield* trainee.report(0);
      if (epochEnds) yield trainee.epochEvent();
      // The end has a checkpoint and an evaluation of its own.
      if (over()) continue;
      if (due) yield* saveNow();
      if (evaluation !== undefined && judgementDue()) yield* judge(evaluation);
      yield* obey();
    }
    yield* trainee.report(0);
    const endedEarly = early();
    if (checkpoints !== undefined && savedStep !== trainee.step) yield checkpointEvent(trainee.step, await save(await trainee.checkpoint(checkpoints.about), checkpoints));
    if (evaluation !== undefined && !stopped && !queue.stops && evaluated?.step !== trainee.step) yield* judge(evaluation);
    if (endedEarly && evaluation !== undefined && checkpoints !== undefined && (earlyStopping?.restoreBest ?? checkpoints.best === (earlyStopping?.metric ?? 'top1'))) {
      const best = await bestCheckpoint(checkpoints.store);
      await trainee.restore(best);
      yield { type: 'restored', step: trainee.step, from: best.progress.step };
      evaluated = yield* trainee.evaluate(evaluation, () => queue.stops);
    }
    const { parameters, judged } = await trainee.downloadWeights();
    yield {
      type: 'done',
      reason: trainee.step >= lastStep ? 'finished' : stopped ? 'stopped' : endedEarly ? 'early-stop' : 'time',
      steps: trainee.step,
      epochs: Math.floor(trainee.step / source.batchesPerEpoch),
      trainLoss: trainee.sums.loss / trainee.sums.images,
      evaluation: evaluated?.step === trainee.step ? evaluated : undefined,
      imagesPerSecond: trainee.imagesPerSecond,
      dataSeconds: trainee.dataSeconds,
      device: options.device.name,
      weightsSha256: await hashParameters(parameters),
      parameters,
      judged,
    };
  } finally {
    trainee.release();
  }
}

/** A checkpoint in mid-run: a store that fails must not end hours of work. What the device or the weights are to blame for does. */
async function trySave(trainee: Trainee, checkpoints: CheckpointOptions, write: typeof saveCheckpoint = saveCheckpoint): Promise<CheckpointEvent | WarningEvent> {
  const { step } = trainee;
  const checkpoint = await trainee.checkpoint(checkpoints.about);
  try {
    return checkpointEvent(step, await write(checkpoints.store, checkpoint, checkpoints.keep));
  } catch (error) {
    const message = error instanceof ConvkitError ? error.summary : String(error);
    return { type: 'warning', step, code: 'CHECKPOINT_FAILED', message: `the checkpoint of step ${step} was not written: ${message}` };
  }
}

function save(checkpoint: Checkpoint, { store, keep }: CheckpointOptions): Promise<string> {
  return saveCheckpoint(store, checkpoint, keep);
}

function checkpointEvent(step: number, name: string): CheckpointEvent {
  return { type: 'checkpoint', step, name };
}

/** @throws OptionError `OPTION_INVALID` */
function lastStepOf({ epochs, steps, deadline, source, evaluateEvery, checkpoints, flatLoss, microBatch }: TrainOptions): number {
  const { every, keep } = checkpoints ?? {};
  for (const [name, value, least] of [['epochs', epochs, 0], ['steps', steps, 0], ['evaluateEvery', evaluateEvery, 1], ['checkpoints.every', every, 1], ['checkpoints.keep', keep, 1], ['flatLoss', flatLoss, 1], ['microBatch', microBatch, 1]] as const) {
    if (value !== undefined && !(Number.isSafeInteger(value) && value >= least)) {
      throw new OptionError({ code: 'OPTION_INVALID', message: `train: ${name} is ${value}, but must be a whole number of at least ${least}.` });
    }
  }
  if (deadline !== undefined && !(deadline > 0)) throw new OptionError({ code: 'OPTION_INVALID', message: `train: deadline is ${deadline}, but must be a number of seconds above 0.` });
  if (epochs === undefined && steps === undefined) throw new OptionError({ code: 'OPTION_INVALID', message: 'train: neither epochs nor steps say when the run ends.' });
  return Math.min(epochs === undefined ? Infinity : epochs * source.batchesPerEpoch, steps ?? Infinity);
}
