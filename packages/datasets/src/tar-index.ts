import { FormatError } from '@convkit/tensor';

import type { RandomAccess } from './random-access.js';

/** Where the bytes of a file lie in a tar archive. */
export interface TarEntry {
  readonly name: string;
  /** First byte. */
  readonly at: number;
  readonly size: number;
}

const BLOCK = 512;
/** Of a long name or of pax records: a name of a megabyte helps nobody. */
const MOST_HEADER_BYTES = 2 ** 20;
/** Of one archive. */
const MOST_HEADERS = 10_000_000;

/** Fields of a header, as [first byte, bytes]. */
const NAME = [0, 100] as const;
const SIZE = [124, 12] as const;
const CHECKSUM = [148, 8] as const;
const KIND = 156;
const MAGIC = [257, 6] as const;
const PREFIX = [345, 155] as const;

/**
 * The regular files in a plain tar archive, in order: from header to header, without the bytes between them. This is what a reader of streams such as modern-tar does not tell, and what it takes to
 * read file i without the others. Reads ustar, GNU long names and sizes, pax paths and sizes; links, devices and folders are passed over. Source: POSIX.1-2017, pax, "ustar Interchange Format"
 * and "pax Extended Header"; GNU tar manual, "Basic Tar Format".
 *
 * A name is only a name: nothing is written, so it may climb or be absolute, or be there twice.
 *
 * @throws FormatError with the byte: `FILE_CORRUPT` (a checksum, size or record that is none), `FILE_TRUNCATED` (a file beyond the end, no end mark),
 * `FILE_UNSUPPORTED` (sparse files), `FILE_TOO_LARGE` (over 10,000,000 headers, or one of over 1 MiB).
 */
export async function* indexTar(source: RandomAccess): AsyncGenerator<TarEntry> {
  const corrupt = (at: number, what: string) => new FormatError({ code: 'FILE_CORRUPT', message: `${source.name}: no good tar archive: at byte ${at} ${what}.`, help: 'get the file again.' });

  /** What the headers before say of the next file. */
  let next: { name?: string; size?: number } = {};
  let at = 0;
  for (let headers = 0; ; headers++) {
    if (headers === MOST_HEADERS) throw new FormatError({ code: 'FILE_TOO_LARGE', message: `${source.name}: more than ${MOST_HEADERS} entries.`, help: 'split the archive.' });
    if (at + BLOCK > source.size) {
      throw new FormatError({
        code: 'FILE_TRUNCATED',
        message: `${source.name}: ends at byte ${source.size} without the empty blocks that end a tar archive; the next header should be at byte ${at}.`,
        help: 'the file is torn, or no tar archive: get it again.',
      });
    }
    const header = await source.read(at, BLOCK);
    if (isEmpty(header)) {
      const more = at + 2 * BLOCK <= source.size;
      if (more && !isEmpty(await source.read(at + BLOCK, BLOCK))) throw corrupt(at, 'an empty block lies between headers');
      return;
    }
    if (!checksumHolds(header)) throw corrupt(at, 'is no header with its checksum');

    const kind = String.fromCharCode(header[KIND]);
    const posix = text(header, MAGIC) === 'ustar';
    const prefix = posix ? text(header, PREFIX) : '';
    const name = next.name ?? (prefix === '' ? '' : `${prefix}/`) + text(header, NAME);
    const own = numberIn(header);
    // Links, devices, folders and pipes have no bytes, whatever their size says.
    const size = '123456'.includes(kind) ? 0 : 'LKxg'.includes(kind) ? own : (next.size ?? own);
    if (size === undefined) throw corrupt(at + SIZE[0], `is no size (of ${JSON.stringify(name)})`);
    const body = at + BLOCK;
    if (size > source.size - body) {
      throw new FormatError({
        code: 'FILE_TRUNCATED',
        message: `${source.name}: ends at byte ${source.size}, but ${JSON.stringify(name)} (header at byte ${at}) should reach to byte ${body + size}.`,
        help: 'the file is torn or not what its header says: get it again.',
      });
    }

    if (kind === 'L' || kind === 'x') {
      if (size > MOST_HEADER_BYTES) throw new FormatError({ code: 'FILE_TOO_LARGE', message: `${source.name}: the header at byte ${at} has ${size} bytes, but at most ${MOST_HEADER_BYTES} are read.` });
      const bytes = await source.read(body, size);
      if (kind === 'L') next = { ...next, name: text(bytes, [0, size]) };
      else {
        const records = paxRecords(bytes);
        if (records === undefined) throw corrupt(body, 'are no pax records');
        const [path, stored] = [records.get('path'), records.get('size')];
        if (stored !== undefined && !/^\d{1,15}$/.test(stored)) throw corrupt(body, `is no size (pax ${JSON.stringify(stored)})`);
        next = { ...next, ...(path !== undefined && { name: path }), ...(stored !== undefined && { size: Number(stored) }) };
      }
    } else if (kind === 'S') {
      throw new FormatError({ code: 'FILE_UNSUPPORTED', message: `${source.name}: ${JSON.stringify(name)} (header at byte ${at}) is stored as a sparse file.`, help: 'pack it without --sparse.' });
    } else if (kind !== 'K' && kind !== 'g') {
      // Before ustar, a folder was a file whose name ends so.
      if ('0\x007'.includes(kind) && !name.endsWith('/')) yield { name, at: body, size };
      next = {};
    }
    at = body + Math.ceil(size / BLOCK) * BLOCK;
  }
}

const decoder = new TextDecoder();

/** Up to the first zero byte. */
function text(bytes: Uint8Array, [from, length]: readonly [number, number]): string {
  const field = bytes.subarray(from, from + length);
  const end = field.indexOf(0);
  return decoder.decode(end < 0 ? field : field.subarray(0, end));
}

/** The size: octal digits, or binary where the first byte is 0x80 (GNU). Undefined if it is neither, or beyond what a number holds. */
function numberIn(header: Uint8Array): number | undefined {
  if (header[SIZE[0]] >= 0x80) {
    const value = header.subarray(SIZE[0] + 1, SIZE[0] + SIZE[1]).reduce((sum, byte) => sum * 256 + byte, 0);
    return header[SIZE[0]] === 0x80 && Number.isSafeInteger(value) ? value : undefined;
  }
  const digits = text(header, SIZE).trim();
  return /^[0-7]*$/.test(digits) ? Number(`0o${digits || '0'}`) : undefined;
}

/** Records `LENGTH KEY=VALUE\n`; undefined if they are not. */
function paxRecords(bytes: Uint8Array): Map<string, string> | undefined {
  const records = new Map<string, string>();
  for (let at = 0; at < bytes.length; ) {
    const blank = bytes.indexOf(0x20, at);
    const digits = decoder.decode(bytes.subarray(at, Math.max(at, Math.min(blank, at + 8))));
    const end = at + Number(digits);
    const equals = bytes.indexOf(0x3d, blank);
    if (!/^\d+$/.test(digits) || blank < 0 || equals < 0 || equals >= end || end > bytes.length || bytes[end - 1] !== 0x0a) return undefined;
    records.set(decoder.decode(bytes.subarray(blank + 1, equals)), decoder.decode(bytes.subarray(equals + 1, end - 1)));
    at = end;
  }
  return records;
}

/** The sum of the bytes, with blanks where it is written itself. */
function checksumHolds(header: Uint8Array): boolean {
  const [from, length] = CHECKSUM;
  let sum = 0;
  for (let i = 0; i < BLOCK; i++) sum += i >= from && i < from + length ? 0x20 : header[i];
  const written = text(header, CHECKSUM).trim();
  return /^[0-7]+$/.test(written) && Number.parseInt(written, 8) === sum;
}

function isEmpty(block: Uint8Array): boolean {
  return block.every((byte) => byte === 0);
}
