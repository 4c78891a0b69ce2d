import type { RunEvent } from '../run-events.js';

/** A reader of a run's events who shows them to somebody. */
export interface Reporter {
  /** Whether somebody sits before it who may press keys. Default: nobody does. */
  readonly interactive?: boolean;
  report(event: RunEvent): void;
  /** A word to the user in between. */
  note(text: string): void;
  /** Where the run can be watched and steered. */
  dashboard(url: string): void;
  /** Leaves the terminal as it should be. */
  close(): void;
}

/** Where text goes: standard output, or a list in a test. */
export type Write = (text: string) => void;
