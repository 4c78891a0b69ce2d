/**
 * A training loop as a stream of typed events, with exact checkpoints and evaluation; knows no model and no file system.
 *
 * @packageDocumentation
 */
export { train, type CheckpointOptions, type TrainOptions, type TrainingRun } from './train.js';
export { parseCommand, type RateDivision, type TrainingCommand } from './commands.js';
export { stopsEarly, type EarlyStopping, type Metric } from './early-stopping.js';
export type {
  CheckpointEvent,
  CommandEvent,
  DoneEvent,
  EpochEvent,
  EvaluatingEvent,
  EvaluationEvent,
  LayersEvent,
  LayerTime,
  MagnitudesEvent,
  MistakesEvent,
  ParameterMagnitudes,
  RestoredEvent,
  StepEvent,
  TrainingEvent,
  WarningEvent,
} from './events.js';
export type { Mistake, Mistakes } from './mistakes.js';
export type { BatchSource, TrainingBatch } from './batch-source.js';
export { limitBatches, limitEvaluation, repeatBatches } from './limit-batches.js';
export { evaluate, type EvaluateOptions, type Evaluation, type EvaluationBatch, type EvaluationSource } from './evaluate.js';
export { decodeCheckpoint, encodeCheckpoint, type Checkpoint, type EpochSums, type TrainingProgress } from './checkpoint.js';
export { bestCheckpoint, latestCheckpoint, memoryCheckpointStore, saveBestCheckpoint, saveCheckpoint, type CheckpointStore, type LatestCheckpoint } from './checkpoint-store.js';
export { hashParameters } from './hash-parameters.js';
export { DivergedError } from './diverged-error.js';
