import type { Sequential } from '@convkit/layers';
import type { Optimiser, ParameterSchedule, Schedule } from '@convkit/optim';
import { ConvkitError, OptionError, type Device } from '@convkit/tensor';
import type { BatchSource } from './batch-source.js';
import { saveCheckpoint, type CheckpointStore } from './checkpoint-store.js';
import type { Checkpoint } from './checkpoint.js';
import type { EvaluationSource } from './evaluate.js';
import { turnEventLoop } from './event-loop.js';
import type { CheckpointEvent, EvaluationEvent, TrainingEvent, WarningEvent } from './events.js';
import { hashParameters } from './hash-parameters.js';
import { Trainee } from './trainee.js';

/** When and where {@link train} saves. */
export interface CheckpointOptions {
  readonly store: CheckpointStore;
  /** Updates from one checkpoint to the next. Default: one after every epoch. */
  readonly every?: number;
  /** How many of them stay in the store. Default 3. */
  readonly keep?: number;
  /** What the run is about, for whoever finds a checkpoint: any JSON. Default: nothing. */
  readonly about?: Checkpoint['about'];
}

/** What {@link train} needs. Device, network, sources, optimiser and store are borrowed. */
export interface TrainOptions {
  readonly device: Device;
  readonly network: Sequential;
  readonly source: BatchSource;
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
  /** Default: none are written. */
  readonly checkpoints?: CheckpointOptions;
}

/** What may be told to a run while it runs; it is heard after the running update. */
export interface TrainingCommand {
  /** `stop` saves, if there is a store, and ends the run; `checkpoint` saves and goes on. */
  readonly type: 'stop' | 'checkpoint';
}

/** A run: a stream of events, and an ear for commands. Nothing happens before the first event is asked for. */
export interface TrainingRun extends AsyncGenerator<TrainingEvent, void, void> {
  /** Asks for something between two updates; the events tell when it was done. */
  send(command: TrainingCommand): void;
}

/**
 * Trains a network. Runs with equal options give equal weights to the bit on a device that repeats itself, also when one of them was stopped and resumed between any two updates.
 *
 * Nothing is read back inside an update: losses and ranks of an update are read after the next one was launched. Whatever it puts on the device it releases,
 * also when the stream is left early or something fails. The stream is pulled: a reader that takes its time holds the run up.
 *
 * @throws OptionError `OPTION_INVALID` for counts out of range and for a `start` that does not fit.
 * @throws DivergedError `TRAINING_DIVERGED` when the loss or the weights are not finite any more; no checkpoint is written then, the last one stays.
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
  const inbox: Inbox = { stop: false, checkpoint: false };
  return Object.assign(events(options, inbox), {
    send: ({ type }: TrainingCommand) => {
      inbox[type] = true;
    },
  });
}

/** Commands not yet obeyed. */
type Inbox = Record<TrainingCommand['type'], boolean>;

async function* events(options: TrainOptions, inbox: Inbox): AsyncGenerator<TrainingEvent, void, void> {
  const { source, start, evaluation, evaluateEvery = 1, checkpoints, deadline = Infinity } = options;
  const began = performance.now();
  const lastStep = lastStepOf(options);
  const trainee = await Trainee.open(options);
  let savedStep = start?.progress.step;
  let evaluated: EvaluationEvent | undefined;
  const over = (): boolean => trainee.step >= lastStep || inbox.stop || performance.now() - began >= 1000 * deadline;
  const judgementDue = (): boolean => trainee.step > 0 && trainee.step % (evaluateEvery * source.batchesPerEpoch) === 0;
  try {
    // A checkpoint is written before its weights are judged, and the schedule must not miss that judgement.
    if (evaluation !== undefined && !over() && judgementDue() && !trainee.judged) evaluated = yield* trainee.evaluate(evaluation, () => inbox.stop);
    while (!over()) {
      await trainee.launchUpdate();
      yield* trainee.report(1);
      await turnEventLoop();
      const epochEnds = trainee.step % source.batchesPerEpoch === 0;
      const due = inbox.checkpoint || (checkpoints?.every === undefined ? epochEnds : trainee.step % checkpoints.every === 0);
      if (epochEnds || due) yield* trainee.report(0);
      if (epochEnds) yield trainee.epochEvent();
      // The end has a checkpoint and an evaluation of its own.
      if (over()) continue;
      if (due && checkpoints !== undefined) {
        const event = await trySave(trainee, checkpoints);
        if (event.type === 'checkpoint') savedStep = event.step;
        yield event;
      }
      inbox.checkpoint = false;
      if (evaluation !== undefined && judgementDue()) evaluated = yield* trainee.evaluate(evaluation, () => inbox.stop);
    }
    yield* trainee.report(0);
    if (checkpoints !== undefined && savedStep !== trainee.step) yield checkpointEvent(trainee.step, await save(await trainee.checkpoint(checkpoints.about), checkpoints));
    if (evaluation !== undefined && !inbox.stop && evaluated?.step !== trainee.step) evaluated = yield* trainee.evaluate(evaluation, () => inbox.stop);
    const parameters = await trainee.downloadParameters();
    yield {
      type: 'done',
      reason: trainee.step >= lastStep ? 'finished' : inbox.stop ? 'stopped' : 'time',
      steps: trainee.step,
      epochs: Math.floor(trainee.step / source.batchesPerEpoch),
      trainLoss: trainee.sums.loss / trainee.sums.images,
      evaluation: evaluated?.step === trainee.step ? evaluated : undefined,
      imagesPerSecond: trainee.imagesPerSecond,
      dataSeconds: trainee.dataSeconds,
      device: options.device.name,
      weightsSha256: await hashParameters(parameters),
      parameters,
    };
  } finally {
    trainee.release();
  }
}

/** A checkpoint in mid-run: a store that fails must not end hours of work. What the device or the weights are to blame for does. */
async function trySave(trainee: Trainee, checkpoints: CheckpointOptions): Promise<CheckpointEvent | WarningEvent> {
  const { step } = trainee;
  const checkpoint = await trainee.checkpoint(checkpoints.about);
  try {
    return checkpointEvent(step, await save(checkpoint, checkpoints));
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
function lastStepOf({ epochs, steps, deadline, source, evaluateEvery, checkpoints }: TrainOptions): number {
  const { every, keep } = checkpoints ?? {};
  for (const [name, value, least] of [['epochs', epochs, 0], ['steps', steps, 0], ['evaluateEvery', evaluateEvery, 1], ['checkpoints.every', every, 1], ['checkpoints.keep', keep, 1]] as const) {
    if (value !== undefined && !(Number.isSafeInteger(value) && value >= least)) {
      throw new OptionError({ code: 'OPTION_INVALID', message: `train: ${name} is ${value}, but must be a whole number of at least ${least}.` });
    }
  }
  if (deadline !== undefined && !(deadline > 0)) throw new OptionError({ code: 'OPTION_INVALID', message: `train: deadline is ${deadline}, but must be a number of seconds above 0.` });
  if (epochs === undefined && steps === undefined) throw new OptionError({ code: 'OPTION_INVALID', message: 'train: neither epochs nor steps say when the run ends.' });
  return Math.min(epochs === undefined ? Infinity : epochs * source.batchesPerEpoch, steps ?? Infinity);
}
