import type { DeviceChoice } from '@convkit/kernels-cpu';
import type { DeviceReport } from '@convkit/tensor';
import type { DoneEvent, EvaluatingEvent, StepEvent } from '@convkit/training';
import type { Guess } from './run.js';
import type { Settings } from './settings.js';

/** What the page asks of the worker. */
export type Request = { readonly type: 'probe' } | { readonly type: 'start'; readonly settings: Settings } | { readonly type: 'stop' };

/** What a device says of itself, as far as it can be sent. */
export type Report = Omit<DeviceReport, 'live' | 'untuned'>;

/** What the worker tells the page. */
export type Reply =
  | { readonly type: 'devices'; readonly probes: DeviceChoice['probes']; readonly auto: DeviceChoice['name']; readonly isolated: boolean }
  | { readonly type: 'loading'; readonly bytes: number; readonly of: number }
  | { readonly type: 'preparing' }
  | { readonly type: 'opened'; readonly report: Report }
  | StepEvent
  | EvaluatingEvent
  | Finished
  | { readonly type: 'failed'; readonly message: string; readonly help: string | undefined };

/** The end of a run. */
export interface Finished {
  readonly type: 'finished';
  readonly reason: DoneEvent['reason'];
  readonly steps: number;
  /** Absent when it was stopped before the evaluation. */
  readonly testTop1: number | undefined;
  readonly testImages: number | undefined;
  readonly imagesPerSecond: number;
  readonly weightsSha256: string;
  readonly report: Report;
  readonly guesses: readonly Guess[];
}
