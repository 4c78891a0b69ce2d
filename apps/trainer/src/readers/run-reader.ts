import type { RunEvent } from '../run-events.js';

/** Who reads the events of a run beside the one who shows them: a file, a page. It must not hold training up, nor end it by failing. */
export interface RunReader {
  read(event: RunEvent): void;
  /** After the last event, or when the run fails. */
  close(): void | Promise<void>;
}
