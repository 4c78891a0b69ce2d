import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { RunLog } from './run-log.js';

/** Milliseconds between signs of life, for whoever stands between and closes what is quiet. */
const quiet = 15_000;
/**
 * Sends the events of a log after the first `from`, then the message `complete`, which says that all that was there has come, and then each event as it comes, as server-sent events. A reader gets the next message when it has taken the last one, so at most one waits for it.
 *
 * @param ending Says that the log is complete: what is there is sent, then the stream ends.
 * @param patience Milliseconds after which a reader that takes nothing is cut off. It comes back by itself and goes on where it was.
 */
export async function streamEvents(response: ServerResponse, log: RunLog, from: number, ending: AbortSignal, patience = 30_000): Promise<void> {
  const gone = new AbortController();
  const over = AbortSignal.any([gone.signal, ending]);
  response.once('close', () => gone.abort());
  const alive = setInterval(() => response.writableNeedDrain || response.write(':\n\n'), quiet).unref();
  try {
    response.write(':\n\n');
    let place = await log.placeAfter(from);
    let complete = false;
    while (!gone.signal.aborted) {
      const last = ending.aborted;
      const { message, next, length } = await log.read(place);
      if (message !== undefined && !response.write(message)) await drained(response, AbortSignal.any([gone.signal, AbortSignal.timeout(patience)]));
      if (next.offset === place.offset) {
        if (last) break;
        if (!complete) response.write('event: complete\ndata: {}\n\n');
        complete = true;
        await log.changed(length, over);
      }
      place = next;
    }
  } finally {
    clearInterval(alive);
    response.end();
  }
}

/** Waits until the reader has taken what it was sent; cuts it off when the signal comes first. */
async function drained(response: ServerResponse, signal: AbortSignal): Promise<void> {
  try {
    await once(response, 'drain', { signal });
  } catch {
    response.destroy();
  }
}
