import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AskedThread } from '../asked-thread.js';
import { InsightError, type Activations, type Insight, type Insights, type Kernels, type Question, type Reply } from './insights.js';

/** Questions that may wait. */
const MOST_WAITING = 32;

/**
 * Asks a thread of its own. Who asks what somebody asks already gets the same answer.
 *
 * @throws InsightError `INSIGHT_MISSING`, with what there is not, and `INSIGHT_BUSY`, from every question.
 */
export class InsightThread implements Insights {
  readonly #thread: AskedThread<Question, Reply>;
  readonly #asked = new Map<string, Promise<Insight>>();

  /** @param script Of the thread; it lies beside this one in every build. */
  constructor(script = new URL(`./insight-worker${extname(fileURLToPath(import.meta.url))}`, import.meta.url)) {
    this.#thread = new AskedThread(script);
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

  close(): Promise<void> {
    return this.#thread.close();
  }

  #ask(question: Question): Promise<Insight> {
    const key = JSON.stringify(question);
    const known = this.#asked.get(key);
    if (known !== undefined) return known;
    if (this.#asked.size >= MOST_WAITING) return Promise.reject(new InsightError({ code: 'INSIGHT_BUSY', message: 'Too much is asked for at once; ask again in a moment.' }));
    const answer = this.#answer(question).finally(() => this.#asked.delete(key));
    this.#asked.set(key, answer);
    return answer;
  }

  async #answer(question: Question): Promise<Insight> {
    const reply = await this.#thread.ask(question);
    if ('insight' in reply) return reply.insight;
    if ('missing' in reply) throw new InsightError({ code: 'INSIGHT_MISSING', message: reply.missing });
    throw new Error(reply.failed);
  }
}
