import type { LoaderMessage, RowsMessage, WorkerMessage } from './messages.js';
import { packError } from './pack-error.js';
import type { RowSource } from './row-source.js';

/** The worker's end of its connection: `parentPort` of `node:worker_threads`, or `self` in the worker of a browser. */
export type RowPort = NodePort | BrowserPort;

interface NodePort {
  postMessage(message: unknown, transfer?: readonly ArrayBuffer[]): void;
  on(event: 'message', listener: (message: unknown) => void): unknown;
}

interface BrowserPort {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
}

/**
 * All that a worker of {@link openLoader} does: makes rows when it is asked to.
 *
 * @param openRows Makes the row source from the loader's `description`, once; with `tell` it and the source can send plain data to the loader's `onTold`.
 * What it throws is the error of every batch that needs this worker.
 *
 * @example
 * ```ts
 * import { MessageChannel } from 'node:worker_threads';
 * import { serveRows } from '@convkit/datasets';
 *
 * // In the script of a worker: serveRows(parentPort, …), or serveRows(self, …) in a browser.
 * const { port1, port2 } = new MessageChannel();
 * const source = { batchesPerEpoch: 1, batch: 1, rowShape: [1], classes: 1, rows: async () => [0] };
 * serveRows(port1, () => source);
 * port2.close();
 * ```
 */
export function serveRows(port: RowPort, openRows: (description: unknown, tell: (message: unknown) => void) => RowSource | Promise<RowSource>): void {
  const post = (message: WorkerMessage, buffers: ArrayBuffer[] = []) => port.postMessage(message, buffers);
  let source: Promise<RowSource> | undefined;

  const make = async ({ id, epoch, index, first, last, into }: RowsMessage): Promise<void> => {
    const shared = into instanceof Float32Array;
    const made = await Promise.resolve(source)
      .then((opened) => (opened as RowSource).rows(epoch, index, first, last, shared ? into : new Float32Array(into)))
      .catch(packError);
    if (shared) post({ type: 'rows', id, made });
    else post({ type: 'rows', id, made, buffer: into }, [into]);
  };

  const hear = (message: LoaderMessage): void => {
    if (message.type === 'rows') return void make(message);
    source = Promise.resolve().then(() => openRows(message.description, (told) => post({ type: 'told', message: told })));
    // For whoever asks for rows.
    source.catch(() => undefined);
  };

  if ('on' in port) port.on('message', (message) => hear(message as LoaderMessage));
  else port.addEventListener('message', ({ data }) => hear(data as LoaderMessage));
}
