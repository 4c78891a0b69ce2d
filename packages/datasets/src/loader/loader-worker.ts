import type { LoaderMessage, WorkerMessage } from './messages.js';

/** A worker as its user starts it: a `Worker` of `node:worker_threads`, or that of a browser. */
export type LoaderWorker = NodeWorker | BrowserWorker;

interface NodeWorker {
  postMessage(message: unknown, transfer?: readonly ArrayBuffer[]): void;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  on(event: 'error', listener: (error: unknown) => void): unknown;
  on(event: 'exit', listener: (code: number) => void): unknown;
  terminate(): Promise<unknown>;
  ref(): void;
  unref(): void;
}

interface BrowserWorker {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(type: 'error', listener: (event: { readonly message?: string; preventDefault(): void }) => void): void;
  terminate(): void;
}

/** What both kinds share. */
export interface Connection {
  post(message: LoaderMessage, buffers: ArrayBuffer[]): void;
  /** Whether Node waits for the worker before it ends; it does not to begin with. */
  hold(held: boolean): void;
  /** Ends it, whatever it does. */
  end(): Promise<unknown>;
}

/**
 * @param hear Is told what the worker sends.
 * @param fail Is told what it died of; also when it was ended.
 */
export function connect(worker: LoaderWorker, hear: (message: WorkerMessage) => void, fail: (cause: unknown) => void): Connection {
  if (!('on' in worker)) {
    worker.addEventListener('message', ({ data }) => hear(data as WorkerMessage));
    worker.addEventListener('error', (event) => {
      // The page need not hear of it, too.
      event.preventDefault();
      fail(new Error(event.message ?? 'its script cannot be loaded'));
    });
    return { post: (message, buffers) => worker.postMessage(message, buffers), hold: () => undefined, end: async () => worker.terminate() };
  }
  worker.on('message', (message) => hear(message as WorkerMessage));
  worker.on('error', fail);
  worker.on('exit', (code) => fail(new Error(`it ended with code ${code}`)));
  // Last, since a listener holds Node too.
  worker.unref();
  return {
    post: (message, buffers) => worker.postMessage(message, buffers),
    hold: (held) => (held ? worker.ref() : worker.unref()),
    end() {
      // Node might be gone before it is.
      worker.ref();
      return worker.terminate();
    },
  };
}
