import type { Tensor } from '@convkit/tensor';
import type { TrainingCommand } from './commands.js';
import type { Evaluation } from './evaluate.js';
import type { Mistakes } from './mistakes.js';

/** One update was done. Told when its numbers were read, which is after the next one was launched. */
export interface StepEvent {
  /** Tells it from the other events. */
  readonly type: 'step';
  /** Updates done, this one included: the first is 1. */
  readonly step: number;
  /** From 0. */
  readonly epoch: number;
  /** Mean loss of the batch, before the update. */
  readonly loss: number;
  /** Part of the batch whose class was the likeliest, before the update. */
  readonly top1: number;
  /** Part of the batch whose class was among the five likeliest, before the update. */
  readonly top5: number;
  /** Learning rate of the update; of a schedule by parameter the common one. */
  readonly lr: number;
  /** Images of the batch by the seconds that the update took. */
  readonly imagesPerSecond: number;
  /** How long the update had to wait for its batch, in seconds: 0 where data are always there before they are needed. */
  readonly dataSeconds: number;
}

/** An epoch is over. */
export interface EpochEvent {
  /** Tells it from the other events. */
  readonly type: 'epoch';
  /** Updates done. */
  readonly step: number;
  /** From 0. */
  readonly epoch: number;
  /** Mean loss over the epoch, each batch taken before its update. */
  readonly loss: number;
  /** Part of the images whose class was the likeliest, each batch taken before its update. */
  readonly top1: number;
  /** Part of the images whose class was among the five likeliest; `NaN` in the epoch in which a checkpoint of layout 1, which did not count it, was taken. */
  readonly top5: number;
}

/** How large parameters are and how much they move, as the 2012 code prints it. */
export interface MagnitudesEvent {
  /** Tells it from the other events. */
  readonly type: 'magnitudes';
  /** Updates done. */
  readonly step: number;
  /** In the order of their names. */
  readonly parameters: readonly ParameterMagnitudes[];
}

/** Of one parameter; see {@link MagnitudesEvent}. */
export interface ParameterMagnitudes {
  /** Full name, such as `conv1.weight`. */
  readonly name: string;
  /** Mean of the absolute values. */
  readonly value: number;
  /**
   * Mean of the absolute values of what the optimiser remembers: of `sgd` the velocity, which in the form of 2012 is the last increment. 0 where it remembers nothing.
   */
  readonly increment: number;
}

/** An evaluation is under way; for those who show progress. */
export interface EvaluatingEvent {
  /** Tells it from the other events. */
  readonly type: 'evaluating';
  /** Updates done. */
  readonly step: number;
  /** Samples seen so far. */
  readonly images: number;
  /** Samples in all. */
  readonly of: number;
}

/** The network was judged. */
export interface EvaluationEvent extends Evaluation {
  /** Tells it from the other events. */
  readonly type: 'evaluation';
  /** Updates done. */
  readonly step: number;
}

/** What the judgement before it got wrong. */
export interface MistakesEvent extends Mistakes {
  /** Tells it from the other events. */
  readonly type: 'mistakes';
  /** Updates done. */
  readonly step: number;
}

/** Where the time goes: one more forward and backward pass over the batch before, every launch of which was waited for. Nothing depends on it. */
export interface LayersEvent {
  /** Tells it from the other events. */
  readonly type: 'layers';
  /** Updates done. */
  readonly step: number;
  /** In the order of the network. */
  readonly layers: readonly LayerTime[];
}

/** Of one layer; see {@link LayersEvent}. */
export interface LayerTime {
  /** Of the layer, such as `conv1`. */
  readonly name: string;
  /** Of the layer, such as `conv2d`. */
  readonly kind: string;
  /** Milliseconds of its part of the forward pass. */
  readonly forwardMs: number;
  /** Milliseconds of its part of the backward pass. */
  readonly backwardMs: number;
}

/** A command was obeyed. */
export interface CommandEvent {
  /** Tells it from the other events. */
  readonly type: 'command';
  /** Updates done before it. */
  readonly step: number;
  /** What was obeyed. */
  readonly command: TrainingCommand;
}

/** The weights of the best judgement were put back at the end of a run. */
export interface RestoredEvent {
  /** Tells it from the other events. */
  readonly type: 'restored';
  /** Updates done. */
  readonly step: number;
  /** The step whose weights they are. */
  readonly from: number;
}

/** A checkpoint is safe in its store. */
export interface CheckpointEvent {
  /** Tells it from the other events. */
  readonly type: 'checkpoint';
  /** Updates done. */
  readonly step: number;
  /** Its name in the store. */
  readonly name: string;
}

/** Something went wrong, and the run goes on. */
export interface WarningEvent {
  /** Tells it from the other events. */
  readonly type: 'warning';
  /** Updates done. */
  readonly step: number;
  /** Stable code, such as `CHECKPOINT_FAILED`. */
  readonly code: string;
  /** One sentence: what went wrong. */
  readonly message: string;
}

/** The run is over; always the last event. */
export interface DoneEvent {
  /** Tells it from the other events. */
  readonly type: 'done';
  /** `stopped` when a command ended it before its time, `time` when its deadline did, `early-stop` when it did not get better any more. */
  readonly reason: 'finished' | 'stopped' | 'time' | 'early-stop';
  /** Updates since the very beginning of the run. */
  readonly steps: number;
  /** Whole epochs since the very beginning of the run. */
  readonly epochs: number;
  /** Mean loss over the epoch of the last update, up to that update. `NaN` when there was none. */
  readonly trainLoss: number;
  /** The evaluation of the final weights, if there was one. */
  readonly evaluation: EvaluationEvent | undefined;
  /** Over all updates of this call, without evaluations and checkpoints; 0 when there was none. */
  readonly imagesPerSecond: number;
  /** How long all updates of this call waited for their batches, in seconds. */
  readonly dataSeconds: number;
  /** Name of the device. */
  readonly device: string;
  /** Over all parameters, see `hashParameters`. */
  readonly weightsSha256: string;
  /** The final weights, as training would go on with them. */
  readonly parameters: ReadonlyMap<string, Tensor>;
  /** The final weights that are judged and used: those that the optimiser says, such as averages (`Optimiser.judged`); otherwise `parameters`. */
  readonly judged: ReadonlyMap<string, Tensor>;
}

/** What a run tells, in order. */
export type TrainingEvent =
  | StepEvent
  | EpochEvent
  | MagnitudesEvent
  | LayersEvent
  | EvaluatingEvent
  | EvaluationEvent
  | MistakesEvent
  | CommandEvent
  | CheckpointEvent
  | RestoredEvent
  | WarningEvent
  | DoneEvent;
