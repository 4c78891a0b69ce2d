import { eventsAddress } from './api.js';
import { RunHistory } from './run-history.js';
import type { RunEvent } from './wire.js';

/** A message has at most so many events; a shorter one was the last that was ready. */
const FULL = 1_000;

/** After so long without a message all that there was has come, in milliseconds. */
const SILENCE = 1_500;

/** Until a stream that the browser gave up is opened again, in milliseconds. */
const AGAIN = 2_000;

/** The events of one run as they come. */
export class RunFeed {
  readonly history = new RunHistory();
  readonly #id: string;
  readonly #changed: () => void;
  #source: EventSource | undefined;
  #timer = 0;
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
    source.addEventListener('open', () => {
      this.#set({ broken: false });
      this.#expectSilence();
    });
    source.addEventListener('events', ({ data, lastEventId }: MessageEvent<string>) => {
      const events = JSON.parse(data) as RunEvent[];
      this.history.take(events, Number(lastEventId));
      if (events.length === FULL) this.#expectSilence();
      this.#set({ complete: this.#complete || events.length < FULL });
    });
    source.addEventListener('error', () => {
      // The browser tries again by itself, but not after an answer that is no stream, such as that of a server which was started anew and does not know this page.
      if (source.readyState === EventSource.CLOSED) this.#after(AGAIN, () => this.open());
      this.#set({ broken: true });
    });
    this.#source = source;
  }

  close(): void {
    window.clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = undefined;
  }

  #expectSilence(): void {
    if (!this.#complete) this.#after(SILENCE, () => this.#set({ complete: true }));
  }

  #after(milliseconds: number, act: () => void): void {
    window.clearTimeout(this.#timer);
    this.#timer = window.setTimeout(act, milliseconds);
  }

  #set({ broken = this.#broken, complete = this.#complete }): void {
    [this.#broken, this.#complete] = [broken, complete];
    this.#changed();
  }
}
