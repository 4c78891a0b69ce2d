/** A worker as an engine sees it: what Node and browsers share under different names. */
export interface Thread {
  /** Sends it a message. */
  post(message: object): void;
  /** Ends it at once, whatever it does. */
  terminate(): void;
  /** Whether Node waits for this thread before it ends; it does not to begin with. */
  hold(held: boolean): void;
}

/**
 * Starts a worker, for engines.
 *
 * @param text The script: a text, because neither a bundler nor the page's address may be asked where a script lies.
 * @param hear Is told what the worker posts.
 * @param fail Is told what the worker died of.
 */
export function startThread(text: string, hear: (message: unknown) => void, fail: (error: unknown) => void): Thread {
  if (typeof Worker === 'function') {
    const address = URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));
    const worker = new Worker(address);
    URL.revokeObjectURL(address);
    worker.onmessage = ({ data }) => hear(data);
    worker.onerror = ({ message }) => fail(new Error(message));
    return { post: (message) => worker.postMessage(message), terminate: () => worker.terminate(), hold: () => {} };
  }
  const { Worker: NodeWorker } = process.getBuiltinModule('node:worker_threads');
  const worker = new NodeWorker(text, { eval: true, execArgv: [] });
  worker.on('message', hear);
  worker.on('error', fail);
  // Last, since a listener holds Node too.
  worker.unref();
  return {
    post: (message) => worker.postMessage(message),
    terminate: () => void worker.terminate(),
    hold: (held) => (held ? worker.ref() : worker.unref()),
  };
}

/** Whether threads may work in one memory; in a browser only on cross-origin isolated pages. */
export function canShareMemory(): boolean {
  return typeof SharedArrayBuffer !== 'undefined' && (typeof crossOriginIsolated === 'undefined' || crossOriginIsolated);
}

/** Cores of this machine, as far as it tells. */
export function countCores(): number {
  return (globalThis.navigator as Navigator | undefined)?.hardwareConcurrency ?? process.getBuiltinModule('node:os').availableParallelism();
}
