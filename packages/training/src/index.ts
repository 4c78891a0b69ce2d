/**
 * A training loop as a stream of typed events, with exact checkpoints and evaluation; knows no model and no file system.
 *
 * @packageDocumentation
 */
export { train, type CheckpointOptions, type TrainOptions, type TrainingCommand, type TrainingRun } from './train.js';
export type { CheckpointEvent, DoneEvent, EpochEvent, EvaluatingEvent, EvaluationEvent, MagnitudesEvent, ParameterMagnitudes, StepEvent, TrainingEvent, WarningEvent } from './events.js';
export type { BatchSource, TrainingBatch } from './batch-source.js';
export { limitBatches, limitEvaluation, repeatBatches } from './limit-batches.js';
export { evaluate, type EvaluateOptions, type Evaluation, type EvaluationBatch, type EvaluationSource } from './evaluate.js';
export { decodeCheckpoint, encodeCheckpoint, type Checkpoint, type EpochSums, type TrainingProgress } from './checkpoint.js';
export { latestCheckpoint, memoryCheckpointStore, saveCheckpoint, type CheckpointStore, type LatestCheckpoint } from './checkpoint-store.js';
export { hashParameters } from './hash-parameters.js';
export { DivergedError } from './diverged-error.js';
