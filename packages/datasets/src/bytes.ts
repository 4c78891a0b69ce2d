import { ConvkitError, FormatError } from '@convkit/tensor';

/** A file's content, in memory or as it arrives, with a name for messages. `new Response(blob).body` or `file.stream()` give such a stream in a browser. */
export interface ByteSource {
  /** What messages call it, such as its path. */
  readonly name: string;
  /** All of it, or a stream of it, which is read once. */
  readonly bytes: Uint8Array | ReadableStream<Uint8Array>;
}

/** Choices of all readers. */
export interface ReadOptions {
  /** Most bytes that a file may have after unpacking; default 2^30 (1 GiB). What is larger is refused before it is held. */
  readonly maxBytes?: number;
}

/** Default of {@link ReadOptions.maxBytes}. */
export const DEFAULT_MAX_BYTES = 2 ** 30;

/** In pieces of this size, data in memory passes through a decompressor without unfolding all at once. */
const PIECE = 2 ** 16;

/**
 * The content of a source as a stream; gzip, known by its first two bytes, is unpacked on the way. Nothing beyond `maxBytes` comes out.
 * Errors of the stream are FormatErrors: `FILE_CORRUPT` (gzip is broken or torn), `FILE_TOO_LARGE`.
 */
export async function openStream(source: ByteSource, maxBytes = DEFAULT_MAX_BYTES): Promise<ReadableStream<Uint8Array>> {
  const reader = (source.bytes instanceof Uint8Array ? piecesOf(source.bytes) : source.bytes).getReader();
  const head: Uint8Array[] = [];
  let seen: number[] = [];
  while (seen.length < 2) {
    const { done, value } = await reader.read();
    if (done) break;
    head.push(value);
    seen = [...seen, ...value.subarray(0, 2)].slice(0, 2);
  }
  const whole = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const piece = head.shift() ?? (await reader.read()).value;
      if (piece === undefined) controller.close();
      else controller.enqueue(piece);
    },
    cancel: (reason) => reader.cancel(reason),
  });
  const gzip = seen[0] === 0x1f && seen[1] === 0x8b;
  return limited(source.name, gzip ? gunzip(whole) : whole, maxBytes);
}

/**
 * All bytes of a source, unpacked if it is gzip.
 *
 * @throws FormatError `FILE_CORRUPT`, `FILE_TOO_LARGE`
 */
export async function readAll(source: ByteSource, maxBytes = DEFAULT_MAX_BYTES): Promise<Uint8Array> {
  const { bytes } = source;
  if (bytes instanceof Uint8Array && !(bytes[0] === 0x1f && bytes[1] === 0x8b)) {
    if (bytes.length > maxBytes) throw tooLarge(source.name, maxBytes);
    return bytes;
  }
  return collect(await openStream(source, maxBytes));
}

/** Gathers a stream into one array. */
export async function collect(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const reader = stream.getReader();
  const pieces: Uint8Array[] = [];
  let length = 0;
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    pieces.push(next.value);
    length += next.value.length;
  }
  const all = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

/** Takes exactly as many bytes from a stream as a format says come next. */
export class ByteReader {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #rest: Uint8Array = new Uint8Array();
  #offset = 0;

  constructor(
    readonly name: string,
    stream: ReadableStream<Uint8Array>,
  ) {
    this.#reader = stream.getReader();
  }

  /**
   * The next `length` bytes.
   *
   * @param what They are, for the message.
   * @throws FormatError `FILE_TRUNCATED` if the stream ends before.
   */
  async read(length: number, what: string): Promise<Uint8Array> {
    const out = new Uint8Array(length);
    for (let filled = 0; filled < length; ) {
      if (!(await this.#more())) {
        throw new FormatError({
          code: 'FILE_TRUNCATED',
          message: `${this.name}: ends at byte ${this.#offset}, but ${what} should reach to byte ${this.#offset - filled + length}.`,
          help: 'the file is torn or not what its header says: get it again.',
        });
      }
      const piece = this.#rest.subarray(0, length - filled);
      out.set(piece, filled);
      filled += piece.length;
      this.#offset += piece.length;
      this.#rest = this.#rest.subarray(piece.length);
    }
    return out;
  }

  /** @throws FormatError `FILE_SIZE` if bytes are left. */
  async expectEnd(): Promise<void> {
    if (!(await this.#more())) return;
    throw new FormatError({
      code: 'FILE_SIZE',
      message: `${this.name}: should end at byte ${this.#offset}, but goes on.`,
      help: 'the file is not what its header says: get it again.',
    });
  }

  /** Gives the stream up. */
  async close(): Promise<void> {
    await this.#reader.cancel().catch(() => undefined);
  }

  async #more(): Promise<boolean> {
    while (this.#rest.length === 0) {
      const { done, value } = await this.#reader.read();
      if (done) return false;
      this.#rest = value;
    }
    return true;
  }
}

function piecesOf(bytes: Uint8Array): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at < bytes.length) controller.enqueue(bytes.subarray(at, (at += PIECE)));
      else controller.close();
    },
  });
}

/** Waits for each piece to be taken in: `pipeThrough` would read the whole source ahead, for Node counts 16,384 pieces as the buffer of a DecompressionStream. */
function gunzip(stream: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  const { readable, writable } = new DecompressionStream('gzip') as ReadableWritablePair<Uint8Array, Uint8Array>;
  const reader = stream.getReader();
  const writer = writable.getWriter();
  const feed = async () => {
    for (let next = await reader.read(); !next.done; next = await reader.read()) await writer.write(next.value);
    await writer.close();
  };
  feed().catch(async (reason: unknown) => {
    await Promise.allSettled([writer.abort(reason), reader.cancel(reason)]);
  });
  return readable;
}

function limited(name: string, stream: ReadableStream<Uint8Array>, maxBytes: number): ReadableStream<Uint8Array> {
  const reader = stream.getReader();
  let length = 0;
  return new ReadableStream({
    async pull(controller) {
      let piece: Uint8Array | undefined;
      try {
        piece = (await reader.read()).value;
      } catch (cause) {
        if (cause instanceof ConvkitError) throw cause;
        throw new FormatError({
          code: 'FILE_CORRUPT',
          message: `${name}: the compressed data is broken or torn; ${length} bytes could be unpacked.`,
          help: 'get the file again.',
          cause,
        });
      }
      if (piece === undefined) return controller.close();
      length += piece.length;
      if (length > maxBytes) {
        const error = tooLarge(name, maxBytes);
        await reader.cancel(error).catch(() => undefined);
        throw error;
      }
      controller.enqueue(piece);
    },
    cancel: (reason) => reader.cancel(reason),
  });
}

/** The error of content beyond `maxBytes`. */
export function tooLarge(name: string, maxBytes: number): FormatError {
  return new FormatError({
    code: 'FILE_TOO_LARGE',
    message: `${name}: the content is larger than ${maxBytes} bytes.`,
    help: 'if the file is to be trusted, raise maxBytes.',
  });
}
