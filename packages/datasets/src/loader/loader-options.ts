import type { LoaderWorker } from './loader-worker.js';
import type { RowSource } from './row-source.js';

/** What `openLoader` needs. */
export interface LoaderOptions {
  /** What the batches are, as the row sources of the workers have it; a {@link RowSource} will do. */
  readonly source: Omit<RowSource, 'rows'>;
  /** Starts a worker whose script calls `serveRows`: only the application knows where that lies. */
  readonly start: () => LoaderWorker;
  /** Workers, at least 1. Their number changes no batch. */
  readonly workers: number;
  /** What the workers make their row sources of: plain data, sent to each. */
  readonly description?: unknown;
  /** Batches in memory, at least 3: two that the caller may read, the others in the making. Default 4. */
  readonly slots?: number;
  /** Rows that a worker makes at a time, at least 1. Default 8. */
  readonly pieceRows?: number;
  /** Is told what workers `tell`. */
  readonly onTold?: (message: unknown) => void;
}
