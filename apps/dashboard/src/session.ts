import type { TrainingCommand } from '@convkit/training';
import { fetchCard, fetchRuns, Refused, sendCommand } from './api.js';
import { RunFeed } from './run-feed.js';
import type { RunCard, RunInfo } from './wire.js';

/** How often the server is asked which of its runs train, in milliseconds. */
const ASK_EVERY = 3_000;

/** Ended runs that are read at the same time: a browser keeps six connections to a server, over all its tabs. */
const READ_AT_ONCE = 2;

/** A run as the page knows it. */
export interface Run {
  info: RunInfo;
  card: RunCard | undefined;
  readonly feed: RunFeed;
  /** Whether it has trained while the page was open. */
  followed: boolean;
  /** The last entry of its log that is no news any more; none before all that was there has come. */
  told: number | undefined;
}

/** `locked`: the server does not know this page: it is another one than that which opened it. `over`: it is gone as its runs are. */
export type Connection = 'connecting' | 'open' | 'lost' | 'locked' | 'over';

/** Everything that comes from the server and goes to it. */
export class Session {
  runs: readonly Run[] = [];
  /** What just happened, for those who do not see it. */
  announcement = '';
  #connection: Connection = 'connecting';
  readonly #changed: () => void;

  /** @param changed Called whenever there is something new to show, as often as it may be. */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  get connection(): Connection {
    const isLost = this.#connection === 'lost' || (this.#connection === 'open' && this.runs.some(({ feed }) => feed.isOpen && feed.isBroken));
    if (!isLost) return this.#connection;
    return this.runs.length > 0 && this.runs.every(({ feed }) => feed.history.done) ? 'over' : 'lost';
  }

  /** Asks the server now, and from now on. */
  async begin(): Promise<void> {
    await this.#refresh();
    window.setTimeout(() => void this.begin(), ASK_EVERY);
  }

  /** Sends a command. What became of it is announced: that it was sent, why it was refused, and with the events of the run that it was obeyed. */
  async send({ info }: Run, command: TrainingCommand): Promise<void> {
    this.announce('Sent; the run obeys between two steps');
    try {
      await sendCommand(info.id, command);
    } catch (error) {
      this.announce(error instanceof Refused ? error.message : 'The command did not reach the server.');
    }
  }

  /** Tells what just happened. */
  announce(text: string): void {
    this.announcement = text;
    this.#changed();
  }

  async #refresh(): Promise<void> {
    try {
      for (const info of await fetchRuns()) this.#know(info);
      this.#connection = 'open';
      this.#openFeeds();
      await Promise.all(this.runs.map(async (run) => (run.card ??= await fetchCard(run.info.id).catch(cardMissing))));
    } catch (error) {
      this.#connection = error instanceof Refused && error.status === 401 ? 'locked' : 'lost';
    }
    this.#changed();
  }

  #know(info: RunInfo): void {
    const known = this.runs.find((run) => run.info.id === info.id);
    if (known) Object.assign(known, { info, followed: known.followed || info.live });
    else {
      const run: Run = { info, card: undefined, feed: new RunFeed(info.id, () => this.#hear(run)), followed: info.live, told: undefined };
      this.runs = [...this.runs, run];
    }
  }

  #hear(run: Run): void {
    const { history, isComplete } = run.feed;
    if (isComplete) {
      const newest = history.log.at(-1)?.id ?? -1;
      const news = history.log.filter(({ isNews }) => isNews).at(-1);
      if (news && news.id > (run.told ?? newest)) this.announce(`${news.text} (step ${news.step})`);
      run.told = newest;
      this.#openFeeds();
    }
    this.#changed();
  }

  /** Runs that train are followed, the others read once. */
  #openFeeds(): void {
    for (const { info, feed, followed } of this.runs) {
      if (info.live && !feed.isOpen) feed.open();
      // The last events of a run that has just ended may still be under way.
      if (!info.live && feed.isOpen && feed.isComplete && (!followed || feed.history.done)) feed.close();
    }
    const unread = this.runs.filter(({ info, feed }) => !info.live && !feed.isComplete);
    for (const { feed } of unread.slice(0, READ_AT_ONCE)) if (!feed.isOpen) feed.open();
  }

}

/** A run shows what it has: its card may be lost, or not written yet. @throws What is no such answer of the server. */
function cardMissing(error: unknown): undefined {
  if (error instanceof Refused && error.status === 404) return undefined;
  throw error;
}
