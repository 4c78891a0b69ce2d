/** The Web Worker that libraries for browsers expect, on Node's threads, as far as jax-js uses it: a script behind a URL of a blob, messages both ways. */
import { resolveObjectURL } from 'node:buffer';
import { Worker as Thread } from 'node:worker_threads';

const prelude = `
const { parentPort } = require('node:worker_threads');
globalThis.self = globalThis;
globalThis.postMessage = (message) => parentPort.postMessage(message);
parentPort.on('message', (data) => self.onmessage({ data }));
`;

export class NodeWorker {
  onmessage = () => undefined;
  onerror = () => undefined;
  #thread;

  constructor(url) {
    this.#thread = resolveObjectURL(url).text().then((script) => {
      const thread = new Thread(prelude + script, { eval: true });
      thread.on('message', (data) => this.onmessage({ data }));
      thread.on('error', (error) => this.onerror(error));
      return thread;
    });
  }

  postMessage(message) {
    void this.#thread.then((thread) => thread.postMessage(message));
  }
}
