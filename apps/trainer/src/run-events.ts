import type { CheckpointEvent, DoneEvent, TrainingEvent } from '@convkit/training';
import { join } from 'node:path';
import type { RunLimits } from './limits/run-limits.js';

/** First line of a run, fresh or resumed. */
export interface StartEvent {
  readonly type: 'start';
  /** The run folder. */
  readonly run: string;
  readonly recipe: string;
  readonly model: string;
  /** In what the run departs from the recipe, one change a line; empty for a resumed run, whose card has told it. */
  readonly changes: readonly string[];
  readonly data: string;
  readonly device: string;
  /** Updates done before. */
  readonly step: number;
  /** Updates when the run will be over, and how many of them are an epoch. */
  readonly steps: number;
  readonly stepsPerEpoch: number;
  readonly batch: number;
  readonly seed: number;
  readonly parameters: number;
  readonly trainImages: number;
  readonly testImages: number;
  /** Threads that make the training batches; 0: the main thread does. */
  readonly workers: number;
  /** What part of the data is used; left out where all of it is. */
  readonly limits?: RunLimits;
}

/** A checkpoint by the path of its file. */
type SavedEvent = Omit<CheckpointEvent, 'name'> & { readonly path: string };

/** Last line of a run. */
export interface RunDoneEvent extends Omit<DoneEvent, 'parameters' | 'judged' | 'evaluation'> {
  readonly run: string;
  /** Of the evaluation of the final weights; null when the run was stopped before it. */
  readonly testTop1: number | null;
  readonly testTop5: number | null;
  readonly testLoss: number | null;
  /** Time of this process from start to end, loading of data apart. */
  readonly seconds: number;
}

/** What a training run tells, as JSON: the lines of `--json` and of `events.jsonl`. */
export type RunEvent = StartEvent | Exclude<TrainingEvent, CheckpointEvent | DoneEvent> | SavedEvent | RunDoneEvent;

/** Turns what training tells into what a program reads. */
export function runEventOf(event: TrainingEvent, run: string, checkpoints: string, seconds: number): RunEvent {
  switch (event.type) {
    case 'checkpoint': {
      const { type, step, name } = event;
      return { type, step, path: join(checkpoints, name) };
    }
    case 'done': {
      const { parameters: _, judged: __, evaluation, ...rest } = event;
      return { ...rest, testTop1: evaluation?.top1 ?? null, testTop5: evaluation?.top5 ?? null, testLoss: evaluation?.loss ?? null, seconds, run };
    }
    default:
      return event;
  }
}
