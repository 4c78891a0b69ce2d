import { FormatError } from '@convkit/tensor';

import type { FileHandle } from 'node:fs/promises';
import { fileSystem, unreadable } from './files.js';

/** A file of which any part can be read without the rest. */
export interface RandomAccess {
  /** For messages. */
  readonly name: string;
  /** In bytes. */
  readonly size: number;
  /**
   * The `length` bytes from byte `at` on. Many may be asked for at once. What comes back may be shared with the file: read it, do not write to it.
   *
   * @throws FormatError `FILE_TRUNCATED` if the file ends before, `FILE_UNREADABLE`, `FILE_MISSING`.
   */
  read(at: number, length: number): Promise<Uint8Array>;
}

/** Bytes in memory. */
export function bytesAccess(name: string, bytes: Uint8Array): RandomAccess {
  return checked(name, bytes.length, (at, length) => Promise.resolve(bytes.subarray(at, at + length)));
}

/**
 * A `Blob`, or the `File` that a user of a web page chose; only what is asked for is brought into memory.
 *
 * @throws FormatError (from `read`) `FILE_UNREADABLE` if the browser cannot read it any more.
 *
 * @example
 * ```ts
 * import { blobAccess } from '@convkit/datasets';
 *
 * const file = blobAccess('digits', new Blob(['0123456789']));
 * console.log(file.size, new TextDecoder().decode(await file.read(3, 2))); // 10 34
 * ```
 */
export function blobAccess(name: string, blob: Blob): RandomAccess {
  return checked(name, blob.size, async (at, length) => {
    const part = await blob
      .slice(at, at + length)
      .arrayBuffer()
      .catch((cause: unknown) => {
        throw unreadable(name, cause);
      });
    return new Uint8Array(part);
  });
}

/** Files that nobody reads just now and that are still open: at most so many, and not for long. */
const MOST_IDLE = 16;
const IDLE_MILLISECONDS = 1000;
/** What closes them, the longest idle first. */
const idle = new Set<() => void>();

/**
 * A file on disk, in Node. It is open while it is read and a second longer, so that neighbouring reads need not open it again; there is nothing to close.
 *
 * @throws FormatError `FILE_MISSING`, `FILE_UNREADABLE` (also if it is no regular file); ConvkitError `FILES_UNAVAILABLE` outside Node.
 */
export async function fileAccess(path: string): Promise<RandomAccess> {
  const files = fileSystem();
  const found = await files.stat(path).catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
  if (!found.isFile()) throw unreadable(path, new Error('it is no file'));

  let opened: Promise<FileHandle> | undefined;
  let readers = 0;
  let timer: NodeJS.Timeout | undefined;
  const close = () => {
    idle.delete(close);
    clearTimeout(timer);
    opened?.then((handle) => handle.close()).catch(() => undefined);
    opened = undefined;
  };
  const rest = () => {
    timer = setTimeout(close, IDLE_MILLISECONDS).unref();
    idle.add(close);
    if (idle.size > MOST_IDLE) idle.values().next().value?.();
  };

  return checked(path, found.size, async (at, length) => {
    idle.delete(close);
    clearTimeout(timer);
    readers++;
    try {
      opened ??= files.open(path).catch((cause: unknown) => {
        opened = undefined;
        throw cause;
      });
      const handle = await opened;
      const bytes = new Uint8Array(length);
      for (let filled = 0; filled < length; ) {
        const { bytesRead } = await handle.read(bytes, filled, length - filled, at + filled);
        if (bytesRead === 0) throw truncated(path, at + filled, at, length);
        filled += bytesRead;
      }
      return bytes;
    } catch (cause) {
      throw cause instanceof FormatError ? cause : unreadable(path, cause);
    } finally {
      if (--readers === 0) rest();
    }
  });
}

/** A file that lies within another one, as if it were by itself. */
export function partOf(whole: RandomAccess, name: string, at: number, size: number): RandomAccess {
  return checked(name, size, (from, length) => whole.read(at + from, length));
}

/** Reads ahead, for who goes through a file in small steps: one at a time, for there is one window. */
export function readAhead(source: RandomAccess, window = 2 ** 13): RandomAccess {
  let from = 0;
  let held: Uint8Array = new Uint8Array();
  return {
    ...source,
    async read(at, length) {
      if (at < from || at + length > from + held.length) {
        const ahead = Math.max(length, Math.min(window, source.size - at));
        held = await source.read(at, ahead);
        from = at;
      }
      return held.subarray(at - from, at - from + length);
    },
  };
}

/** All of it, piece by piece. */
export function streamOf(source: RandomAccess): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream(
    {
      async pull(controller) {
        const length = Math.min(2 ** 16, source.size - at);
        if (length === 0) return controller.close();
        controller.enqueue(await source.read(at, length));
        at += length;
      },
    },
    { highWaterMark: 0 },
  );
}

function checked(name: string, size: number, read: RandomAccess['read']): RandomAccess {
  return {
    name,
    size,
    // Before memory is taken for what cannot be there.
    read: async (at, length) => {
      if (!(Number.isSafeInteger(at) && at >= 0 && Number.isSafeInteger(length) && length >= 0 && at + length <= size)) throw truncated(name, size, at, length);
      return read(at, length);
    },
  };
}

function truncated(name: string, end: number, at: number, length: number): FormatError {
  return new FormatError({
    code: 'FILE_TRUNCATED',
    message: `${name}: ends at byte ${end}, but ${length} bytes from byte ${at} on are asked for.`,
    help: 'the file is torn, or was changed since it was opened: get it again.',
  });
}
