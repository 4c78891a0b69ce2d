import { open, type FileHandle } from 'node:fs/promises';

/** A place in a log: so many events come before it, the last of them ends at that byte. */
export interface LogPlace {
  readonly events: number;
  readonly offset: number;
}

/** Some events in a row. */
export interface LogPart {
  /** A message of a stream of server-sent events; undefined when nothing new is whole. */
  readonly message: Buffer | undefined;
  readonly next: LogPlace;
  /** Length of the file when it was read. */
  readonly length: number;
}

/** Most events in one message. */
const MOST_EVENTS = 1_000;
/** Bytes that are read at once. A line of more is no event: it is passed over. */
const CHUNK = 2 ** 20;
/** Milliseconds between two looks at the length of a file that somebody waits for. */
const interval = 250;
/** Parts that are kept for readers at the same place: a crowd that follows a run costs one reader's work. */
const KEPT_PARTS = 8;

const newline = 0x0a;

/**
 * An `events.jsonl` as somebody else appends to it. Any number of readers follow it, each at its own pace; nothing is held for a slow one. A line counts when its end is there and it is an object of JSON with a `type`;
 * what a process that died left half written does not count. So the same place always has the same number.
 */
export class RunLog {
  readonly #path: string;
  #file: FileHandle | undefined;
  /** Known length; nothing behind it is read. */
  #length = 0;
  /** By where they begin, with the length of the file then. */
  readonly #parts = new Map<number, { readonly part: Promise<LogPart>; readonly length: number }>();
  /** Places to start from, {@link MOST_EVENTS} apart at least, in order. */
  readonly #marks: LogPlace[] = [{ events: 0, offset: 0 }];
  readonly #waiting = new Set<() => void>();
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** The place after so many events, or the last one if there are fewer. */
  async placeAfter(events: number): Promise<LogPlace> {
    await this.look();
    let mark = this.#marks.length - 1;
    while (this.#marks[mark].events > events) mark--;
    let place = this.#marks[mark];
    while (place.events < events) {
      const { next } = await this.#read(place, Math.min(MOST_EVENTS, events - place.events));
      if (next.offset === place.offset) break;
      place = next;
    }
    return place;
  }

  /** What comes after a place. */
  read(place: LogPlace): Promise<LogPart> {
    const known = this.#parts.get(place.offset);
    // A part that was read from a whole chunk stays as it is, however long the file becomes.
    if (known !== undefined && (known.length === this.#length || known.length >= place.offset + CHUNK)) return known.part;
    const part = this.#read(place, MOST_EVENTS);
    this.#parts.delete(place.offset);
    this.#parts.set(place.offset, { part, length: this.#length });
    const [oldest] = this.#parts.keys();
    if (this.#parts.size > KEPT_PARTS) this.#parts.delete(oldest);
    return part;
  }

  /** Waits until the file has another length than `length`, or the signal comes. */
  async changed(length: number, signal: AbortSignal): Promise<void> {
    if (this.#length !== length || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const wake = () => {
        this.#waiting.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      this.#waiting.add(wake);
      signal.addEventListener('abort', wake);
      this.#timer ??= setInterval(() => void this.look(), interval).unref();
    });
    if (this.#waiting.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
  }

  /** Looks how long the file is now, and wakes those who wait if it is another length. A file that is not there has none. */
  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => (this.#looking = undefined));
    return this.#looking;
  }

  async #look(): Promise<void> {
    this.#file ??= await open(this.#path, 'r').catch(() => undefined);
    const length = (await this.#file?.stat().catch(() => undefined))?.size ?? 0;
    if (length === this.#length) return;
    this.#length = length;
    for (const wake of [...this.#waiting]) wake();
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
    await this.#file?.close();
    this.#file = undefined;
  }

  async #read(place: LogPlace, most: number): Promise<LogPart> {
    const length = this.#length;
    const bytes = await this.#bytes(place, length);
    const events: string[] = [];
    let used = 0;
    for (let end = bytes.indexOf(newline); end >= 0 && events.length < most; end = bytes.indexOf(newline, used)) {
      const event = parseEvent(bytes.toString('utf8', used, end));
      if (event !== undefined) events.push(event);
      used = end + 1;
    }
    // Without an end in sight a line this long is skipped piece by piece; its last piece does not parse either.
    if (used === 0 && bytes.length === CHUNK) used = bytes.length;
    const next = { events: place.events + events.length, offset: place.offset + used };
    if (next.events >= this.#marks[this.#marks.length - 1].events + MOST_EVENTS) this.#marks.push(next);
    return { message: events.length === 0 ? undefined : Buffer.from(`id: ${next.events}\nevent: events\ndata: [${events.join(',')}]\n\n`), next, length };
  }

  async #bytes({ offset }: LogPlace, length: number): Promise<Buffer> {
    const buffer = Buffer.alloc(Math.max(0, Math.min(CHUNK, length - offset)));
    const { bytesRead } = (await this.#file?.read(buffer, 0, buffer.length, offset)) ?? { bytesRead: 0 };
    return buffer.subarray(0, bytesRead);
  }
}

/** The event of a line as JSON without a line break; undefined when it is none. */
function parseEvent(line: string): string | undefined {
  try {
    const event: unknown = JSON.parse(line);
    return typeof event === 'object' && event !== null && 'type' in event && typeof event.type === 'string' && event.type !== 'evaluating' ? JSON.stringify(event) : undefined;
  } catch {
    return undefined;
  }
}
