import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { FormatError } from '@convkit/tensor';
import { messageOf } from '../file-error.js';

/** What a file must hash to, and who says so. */
export interface Checksum {
  readonly algorithm: 'md5' | 'sha256';
  /** In hexadecimal. */
  readonly value: string;
  readonly source: string;
}

/**
 * Reads a file and holds it against its checksum.
 *
 * @param name What it should be, for the message.
 * @returns Its SHA-256.
 * @throws FormatError `FILE_CHECKSUM`, `FILE_MISSING`, `FILE_UNREADABLE`
 */
export async function verify(path: string, { algorithm, value, source }: Checksum, name: string): Promise<string> {
  const hash = createHash(algorithm);
  const sha256 = createHash('sha256');
  try {
    for await (const piece of createReadStream(path, { highWaterMark: 2 ** 20 }) as AsyncIterable<Uint8Array>) {
      hash.update(piece);
      sha256.update(piece);
    }
  } catch (cause) {
    const missing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    throw new FormatError(
      missing ? { code: 'FILE_MISSING', message: `${path}: there is no such file.`, cause } : { code: 'FILE_UNREADABLE', message: `${path}: cannot be read: ${messageOf(cause)}`, cause },
    );
  }
  const found = hash.digest('hex');
  if (found === value) return sha256.digest('hex');
  throw new FormatError({
    code: 'FILE_CHECKSUM',
    message: `${path}: is not ${name}, for its ${algorithm} is ${found} and should be ${value} (${source}).`,
    help: 'get the file again, from another place if it happens twice.',
  });
}
