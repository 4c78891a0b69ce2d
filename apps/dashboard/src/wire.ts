import type { CommandEvent, EpochEvent, EvaluationEvent, LayersEvent, MagnitudesEvent, MistakesEvent, RestoredEvent, StepEvent, DoneEvent as TrainingDone, WarningEvent } from '@convkit/training';

/** A number as JSON has it: one that is not finite is null. */
export type JsonNumber = number | null;

/** First line of a run, fresh or resumed. */
export interface StartEvent {
  readonly type: 'start';
  readonly recipe: string;
  readonly model: string;
  readonly changes: readonly string[];
  readonly data: string;
  readonly device: string;
  /** Updates done before. */
  readonly step: number;
  readonly steps: number;
  readonly stepsPerEpoch: number;
  readonly batch: number;
  readonly seed: number;
  readonly parameters: number;
  readonly trainImages: number;
  readonly testImages: number;
  readonly workers: number;
}

/** Last line of a run. */
export interface DoneEvent extends Pick<TrainingDone, 'type' | 'reason' | 'steps'> {
  readonly testTop1: JsonNumber;
  readonly seconds: number;
}

interface SavedEvent {
  readonly type: 'checkpoint';
  readonly step: number;
  readonly path: string;
}

/** One line of a run's `events.jsonl`, as far as the page reads it. */
export type RunEvent = StartEvent | Judged<StepEvent> | Judged<EpochEvent> | MagnitudesEvent | Judged<EvaluationEvent> | MistakesEvent | LayersEvent | CommandEvent | SavedEvent | RestoredEvent | WarningEvent | DoneEvent;

/** A loss may be anything after a run has diverged. */
type Judged<Event extends { readonly loss: number }> = Omit<Event, 'loss' | 'top1' | 'top5'> & { readonly loss: JsonNumber; readonly top1: JsonNumber; readonly top5: JsonNumber };

/** An entry of `/api/runs`. */
export interface RunInfo {
  readonly id: string;
  readonly name: string;
  readonly path: string;
  /** Whether a process trains it now. */
  readonly live: boolean;
  /** Whether it takes commands. */
  readonly steerable: boolean;
}

/** `/api/runs/ID/card`. */
export interface RunCard {
  /** `card.md`. */
  readonly card: string;
  /** `run.json`. */
  readonly description: {
    readonly classes: readonly string[];
    readonly seed: number;
    readonly device: string;
    readonly data: string;
    readonly created: string;
    readonly versions: Readonly<Record<string, string>>;
  };
}

/** `/api/runs/ID/activations/N`. */
export interface Activations {
  /** Of the checkpoint. */
  readonly step: number;
  readonly image: number;
  readonly label: number;
  /** Likeliest first. */
  readonly guesses: readonly { readonly class: string; readonly probability: number }[];
  readonly layers: readonly { readonly name: string; readonly kind: string; readonly shape: readonly number[]; readonly url: string }[];
}
