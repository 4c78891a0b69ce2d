import { Worker } from 'node:worker_threads';
import { messageOf } from './file-error.js';
import { keepSharp } from './loader/keep-sharp.js';

/** Milliseconds without a question after which the thread gives its memory back. */
const patience = 60_000;

/** Who waits for what a thread sends. */
interface Asking<Reply> {
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: Error) => void;
}

/**
 * A thread that is asked something now and then, one question at a time, so that training is not held up. It is started with the first question and kept for the next: a new one takes half a second to start,
 * and leaves memory behind that the allocator does not give back.
 */
export class AskedThread<Question, Reply> {
  readonly #script: URL;
  #worker: Worker | undefined;
  #asking: Asking<Reply> | undefined;
  #idle: NodeJS.Timeout | undefined;
  /** Settled when all questions so far are answered. */
  #last: Promise<unknown> = Promise.resolve();

  /** @param script Of the thread: it sends one message for each that it gets. */
  constructor(script: URL) {
    this.#script = script;
  }

  /** @returns What the thread sends back. @throws Error with what the thread ended by, or that it was stopped. */
  ask(question: Question): Promise<Reply> {
    const reply = this.#last.then(() => this.#ask(question));
    this.#last = reply.catch(() => undefined);
    return reply;
  }

  /** Ends the thread, in the middle of a question if need be. */
  async close(): Promise<void> {
    clearTimeout(this.#idle);
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
    this.#asking?.reject(new Error('the thread was stopped'));
  }

  async #ask(question: Question): Promise<Reply> {
    clearTimeout(this.#idle);
    await keepSharp();
    const worker = (this.#worker ??= this.#start());
    worker.ref();
    try {
      return await new Promise<Reply>((resolve, reject) => {
        this.#asking = { resolve, reject };
        worker.postMessage(question);
      });
    } finally {
      // A thread that waits keeps no process alive.
      worker.unref();
      this.#asking = undefined;
      this.#idle = setTimeout(() => void this.close(), patience).unref();
    }
  }

  #start(): Worker {
    const worker = new Worker(this.#script);
    worker.on('message', (reply: Reply) => this.#asking?.resolve(reply));
    let why = 'the thread ended';
    worker.on('error', (error) => (why = messageOf(error)));
    worker.on('exit', () => {
      if (this.#worker !== worker) return;
      this.#worker = undefined;
      this.#asking?.reject(new Error(why));
    });
    return worker;
  }
}
