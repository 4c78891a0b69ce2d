import { FormatError } from '@convkit/tensor';

import { DEFAULT_MAX_BYTES, readAll, type ByteSource } from './bytes.js';
import { bytesAccess, streamOf, type RandomAccess } from './random-access.js';

/** What may still be unpacked into memory. */
export class Allowance {
  #left: number;

  constructor(readonly maxBytes = DEFAULT_MAX_BYTES) {
    this.#left = maxBytes;
  }

  async unpack(source: ByteSource): Promise<Uint8Array> {
    try {
      const bytes = await readAll(source, this.#left);
      this.#left -= bytes.length;
      return bytes;
    } catch (cause) {
      if (!(cause instanceof FormatError && cause.code === 'FILE_TOO_LARGE')) throw cause;
      throw new FormatError({
        code: 'FILE_TOO_LARGE',
        message: `${source.name}: with it, the archives that have to be held in memory are larger than ${this.maxBytes} bytes.`,
        help: 'unpack .tar.gz to .tar, which is read in place, or raise maxBytes.',
        cause,
      });
    }
  }
}

/** An archive of which any part can be read: as it is, or unpacked in memory. */
export async function plainAccess(archive: RandomAccess | ByteSource, allowance: Allowance): Promise<RandomAccess> {
  const { name } = archive;
  const source = 'read' in archive ? archive : archive.bytes instanceof Uint8Array ? bytesAccess(name, archive.bytes) : undefined;
  const head = await source?.read(0, Math.min(2, source.size));
  if (source !== undefined && !(head?.[0] === 0x1f && head[1] === 0x8b)) return source;
  return bytesAccess(name, await allowance.unpack('bytes' in archive ? archive : { name, bytes: streamOf(archive) }));
}
