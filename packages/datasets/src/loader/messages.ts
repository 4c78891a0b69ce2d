import type { PackedError } from './pack-error.js';

/** What a loader sends to its workers. */
export type LoaderMessage = OpenMessage | RowsMessage;

/** First, once: what the worker's row source is made of. */
interface OpenMessage {
  readonly type: 'open';
  readonly description: unknown;
}

/** Make these rows. */
export interface RowsMessage {
  readonly type: 'rows';
  readonly id: number;
  readonly epoch: number;
  readonly index: number;
  readonly first: number;
  readonly last: number;
  /** Shared memory of the batch, or a buffer that goes to and fro where none can be shared. */
  readonly into: Float32Array | ArrayBuffer;
}

/** What workers send back. */
export type WorkerMessage = RowsAnswer | ToldMessage;

export interface RowsAnswer {
  readonly type: 'rows';
  readonly id: number;
  readonly made: readonly number[] | PackedError;
  /** The buffer, if one was sent. */
  readonly buffer?: ArrayBuffer;
}

interface ToldMessage {
  readonly type: 'told';
  readonly message: unknown;
}
