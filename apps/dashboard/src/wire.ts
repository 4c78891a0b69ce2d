import type { EpochEvent, EvaluationEvent, MagnitudesEvent, StepEvent, WarningEvent } from '@convkit/training';

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

/** What a run can be told while it trains. */
export type Command = { readonly type: 'stop' | 'checkpoint' | 'pause' | 'resume' } | { readonly type: 'divide-rate'; readonly by: number };

interface CommandEvent {
  readonly type: 'command';
  readonly step: number;
  readonly command: Command;
}

/** What an evaluation got wrong. */
export interface MistakesEvent {
  readonly type: 'mistakes';
  readonly step: number;
  /** How often images of a label were taken for which class, rightly or wrongly; cells that are 0 are left out. */
  readonly confusion: readonly (readonly [label: number, guess: number, count: number])[];
  /** Worst first. */
  readonly worst: readonly Mistake[];
}

interface Mistake {
  /** Place in the test part, from 0. */
  readonly image: number;
  readonly label: number;
  readonly guess: number;
  readonly loss: JsonNumber;
}

export interface LayersEvent {
  readonly type: 'layers';
  readonly step: number;
  readonly layers: readonly LayerTime[];
}

interface LayerTime {
  readonly name: string;
  readonly kind: string;
  readonly forwardMs: number;
  readonly backwardMs: number;
}

interface RestoredEvent {
  readonly type: 'restored';
  readonly step: number;
  readonly from: number;
}

export interface DoneEvent {
  readonly type: 'done';
  readonly reason: 'finished' | 'stopped' | 'time' | 'early-stop';
  readonly steps: number;
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
