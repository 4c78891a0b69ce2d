import type { LoaderOptions } from './loader-options.js';
import { Ring } from './ring.js';
import { assertWhole, type Batches } from './row-source.js';

/** Batches that workers make ahead. */
export interface Loader extends Batches {
  /**
   * The batch at a place, as {@link batchesOf} would make it. Meant to be asked for one after the other; another place begins anew there, and the place of the last one gives that again.
   * Its images lie in the loader's own memory: they stay as they are until the next but one is asked for.
   *
   * @throws OptionError `OPTION_INVALID` for a place that is none; what a worker threw while it made the batch;
   * ConvkitError `WORKER_DIED`, `LOADER_CLOSED`, `BATCH_GIVEN_UP` (two more were asked for before it was there).
   */
  batch: Batches['batch'];
  /** Ends the workers. Nothing keeps Node alive afterwards. */
  close(): Promise<void>;
}

/**
 * Has batches made by workers while the caller uses those before. They write into a ring of batches in shared memory, or, where there is none, into buffers that go to and fro.
 * All memory is that of the ring. Close it in the end.
 *
 * @throws OptionError `OPTION_INVALID` for counts out of range.
 *
 * @example
 * ```ts
 * import { Worker } from 'node:worker_threads';
 * import { openLoader } from '@convkit/datasets';
 *
 * // Usually a file of the application that imports serveRows: new Worker(new URL('./loader-worker.js', import.meta.url)).
 * const script = `
 *   import { parentPort } from 'node:worker_threads';
 *   parentPort.on('message', ({ type, id, first, last, into }) => {
 *     if (type === 'rows') parentPort.postMessage({ type, id, made: Array.from(into.fill(first), () => 0) });
 *   });`;
 * const start = () => new Worker(new URL(`data:text/javascript,${encodeURIComponent(script)}`));
 * const loader = openLoader({ source: { batchesPerEpoch: 3, batch: 4, rowShape: [1], classes: 1 }, start, workers: 2, pieceRows: 2 });
 * console.log((await loader.batch(0, 0)).x.data.join()); // 0,0,2,2
 * await loader.close();
 * ```
 */
export function openLoader(options: LoaderOptions): Loader {
  const { source, workers, slots = 4, pieceRows = 8 } = options;
  for (const [name, value, least] of [['workers', workers, 1], ['slots', slots, 3], ['pieceRows', pieceRows, 1], ['batchesPerEpoch', source.batchesPerEpoch, 1]] as const) {
    assertWhole('openLoader', name, value, least);
  }
  const ring = new Ring({ ...options, slots, pieceRows });
  return { batchesPerEpoch: source.batchesPerEpoch, batch: (epoch, index) => ring.batch(epoch, index), close: () => ring.close() };
}
