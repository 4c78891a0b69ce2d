import { eventsAddress } from './api.js';
import { RunHistory } from './run-history.js';
import { workSoon } from './turns.js';
import type { RunEvent } from './wire.js';

/** Until a stream that the browser gave up is opened again, in milliseconds. */
const AGAIN = 2_000;

/** The events of one run as they come. */
export class RunFeed {
  readonly history = new RunHistory();
  readonly #id: string;
  readonly #changed: () => void;
  #source: EventSource | undefined;
  #again = 0;
  #broken = false;
  #complete = false;

  /** @param changed Called after every message, and when the connection was lost or is back. */
  constructor(id: string, changed: () => void) {
    this.#id = id;
    this.#changed = changed;
  }

  get isOpen(): boolean {
    return this.#source !== undefined;
  }

  /** Whether the connection was lost and is not back yet. */
  get isBroken(): boolean {
    return this.#broken;
  }

  /** Whether all events that were there when it was opened have come. */
  get isComplete(): boolean {
    return this.#complete;
  }

  open(): void {
    this.close();
    const source = new EventSource(eventsAddress(this.#id));
    source.addEventListener('open', () => this.#set({ broken: false }));
    // A browser hands over many messages at once, more than may be worked on without a pause.
    source.addEventListener('complete', () => workSoon(() => this.#set({ complete: true })));
    source.addEventListener('events', ({ data, lastEventId }: MessageEvent<string>) =>
      workSoon(() => {
        this.history.take(JSON.parse(data) as RunEvent[], Number(lastEventId));
        this.#changed();
      }),
    );
    source.addEventListener('error', () => {
      // The browser tries again by itself, but not after an answer that is no stream, such as that of a server which was started anew and does not know this page.
      if (source.readyState === EventSource.CLOSED) this.#again = window.setTimeout(() => this.open(), AGAIN);
      this.#set({ broken: true });
    });
    this.#source = source;
  }

  close(): void {
    window.clearTimeout(this.#again);
    this.#source?.close();
    this.#source = undefined;
  }

  #set({ broken = this.#broken, complete = this.#complete }): void {
    [this.#broken, this.#complete] = [broken, complete];
    this.#changed();
  }
}
