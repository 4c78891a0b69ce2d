import { ConvkitError, FormatError } from '@convkit/tensor';
import { createTarDecoder } from 'modern-tar';

import { collect, openStream, type ByteSource } from './bytes.js';

/** A named file that is read only if somebody wants it. */
export interface LazyFile {
  /** Path of the file, or its name in the archive. */
  readonly name: string;
  /** Reads the whole file into memory. */
  read(): Promise<Uint8Array>;
}

/**
 * The files in a tar archive, plain or gzip, one after the other as they stream by; `read` a file before asking for the next one.
 * Nothing is written to disk, links and folders are passed over, and a name is only a name.
 *
 * @throws FormatError `FILE_CORRUPT` (no tar, a wrong checksum, torn), `FILE_TOO_LARGE` (all of it, unpacked)
 */
export async function* tarFiles(source: ByteSource, maxBytes?: number): AsyncGenerator<LazyFile> {
  const stream = await openStream(source, maxBytes);
  const entries = stream.pipeThrough(createTarDecoder({ strict: true })).getReader();
  let last = 'its start';
  const checked = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (cause) {
      if (cause instanceof ConvkitError) throw cause;
      throw new FormatError({
        code: 'FILE_CORRUPT',
        message: `${source.name}: no good tar archive after ${last}: ${cause instanceof Error ? cause.message : String(cause)}`,
        help: 'get the file again.',
        cause,
      });
    }
  };
  try {
    for (;;) {
      const { done, value } = await checked(() => entries.read());
      if (done) return;
      const { header, body } = value;
      if (header.type === 'file') yield { name: header.name, read: () => checked(() => collect(body)) };
      if (!body.locked) await checked(() => body.cancel());
      last = `entry ${JSON.stringify(header.name)}`;
    }
  } finally {
    await entries.cancel().catch(() => undefined);
  }
}
