import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { messageOf } from '../file-error.js';
import { keepSharp } from '../loader/keep-sharp.js';
import { InsightError, type Activations, type Insight, type Insights, type Kernels, type Question, type Reply } from './insights.js';

/** Questions that may wait. */
const MOST_WAITING = 32;
/** Milliseconds without a question after which the thread gives its memory back. */
const patience = 60_000;

/**
 * Asks a thread of its own, one question at a time, so that training is not held up. It is started with the first question. Who asks what somebody asks already gets the same answer.
 *
 * @throws InsightError `INSIGHT_MISSING`, with what there is not, and `INSIGHT_BUSY`, from every question.
 */
export class InsightThread implements Insights {
  #worker: Worker | undefined;
  /** Takes the answer to the question that is being answered. */
  #reply: (reply: Reply) => void = () => undefined;
  #idle: NodeJS.Timeout | undefined;
  readonly #script: URL;
  /** Settled when all questions so far are answered. */
  #last: Promise<unknown> = Promise.resolve();
  readonly #asked = new Map<string, Promise<Insight>>();

  /** @param script Of the thread; it lies beside this one in every build. */
  constructor(script = new URL(`./insight-worker${extname(fileURLToPath(import.meta.url))}`, import.meta.url)) {
    this.#script = script;
  }

  kernels(run: string): Promise<Kernels> {
    return this.#ask({ about: 'kernels', run }) as Promise<Kernels>;
  }

  image(run: string, image: number): Promise<Uint8Array> {
    return this.#ask({ about: 'image', run, image }) as Promise<Uint8Array>;
  }

  activations(run: string, image: number): Promise<Activations> {
    return this.#ask({ about: 'activations', run, image }) as Promise<Activations>;
  }

  async close(): Promise<void> {
    clearTimeout(this.#idle);
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
    this.#reply({ failed: 'the thread was stopped' });
  }

  #ask(question: Question): Promise<Insight> {
    const key = JSON.stringify(question);
    const known = this.#asked.get(key);
    if (known !== undefined) return known;
    if (this.#asked.size >= MOST_WAITING) return Promise.reject(new InsightError({ code: 'INSIGHT_BUSY', message: 'Too much is asked for at once; ask again in a moment.' }));
    const answer = this.#last.then(() => this.#answer(question)).finally(() => this.#asked.delete(key));
    this.#asked.set(key, answer);
    this.#last = answer.catch(() => undefined);
    return answer;
  }

  async #answer(question: Question): Promise<Insight> {
    clearTimeout(this.#idle);
    await keepSharp();
    const worker = (this.#worker ??= this.#start());
    const reply = await new Promise<Reply>((resolve) => {
      this.#reply = resolve;
      worker.postMessage(question);
    });
    this.#idle = setTimeout(() => void this.close(), patience).unref();
    if ('insight' in reply) return reply.insight;
    if ('missing' in reply) throw new InsightError({ code: 'INSIGHT_MISSING', message: reply.missing });
    throw new Error(reply.failed);
  }

  #start(): Worker {
    const worker = new Worker(this.#script);
    worker.unref();
    worker.on('message', (reply: Reply) => this.#reply(reply));
    let why = 'the thread ended';
    worker.on('error', (error) => (why = messageOf(error)));
    worker.on('exit', () => {
      if (this.#worker !== worker) return;
      this.#worker = undefined;
      this.#reply({ failed: why });
    });
    return worker;
  }
}
