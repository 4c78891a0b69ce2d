/** A header of a tar archive, byte by byte, with its checksum made good. */
export interface TarHeader {
  readonly name: string;
  readonly size?: number;
  /** Type flag; default a regular file. */
  readonly kind?: string;
  readonly prefix?: string;
  /** Default that of POSIX. */
  readonly magic?: string;
  /** Bytes in place of the octal size. */
  readonly sizeField?: Uint8Array | string;
}

const encoder = new TextEncoder();

export function tarHeader({ name, size = 0, kind = '0', prefix = '', magic = 'ustar\x0000', sizeField }: TarHeader): Uint8Array {
  const header = new Uint8Array(512);
  const put = (at: number, value: string | Uint8Array) => header.set(typeof value === 'string' ? encoder.encode(value) : value, at);
  put(0, name);
  put(100, '0000644\x00');
  put(124, sizeField ?? `${size.toString(8).padStart(11, '0')}\x00`);
  put(156, kind);
  put(257, magic);
  put(345, prefix);
  return withChecksum(header);
}

/** The same header with the sum of its bytes. */
export function withChecksum(header: Uint8Array): Uint8Array {
  header.fill(32, 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.set(encoder.encode(`${sum.toString(8).padStart(6, '0')}\x00 `), 148);
  return header;
}

/** Content filled up to whole blocks. */
function tarBody(content: Uint8Array | string): Uint8Array {
  const bytes = typeof content === 'string' ? encoder.encode(content) : content;
  const blocks = new Uint8Array(Math.ceil(bytes.length / 512) * 512);
  blocks.set(bytes);
  return blocks;
}

/** An entry: header and content. */
export function tarEntry(header: TarHeader | string, content: Uint8Array | string = ''): Uint8Array {
  const size = typeof content === 'string' ? encoder.encode(content).length : content.length;
  return joined(tarHeader({ size, ...(typeof header === 'string' ? { name: header } : header) }), tarBody(content));
}

/** Entries and the two empty blocks that end an archive. */
export function tarOf(...entries: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return joined(...entries, new Uint8Array(1024));
}

export function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Records of a pax header; each begins with its own length. */
export function paxRecord(key: string, value: string): string {
  const rest = encoder.encode(` ${key}=${value}\n`).length;
  let length = rest + 1;
  while (String(length).length + rest !== length) length = String(length).length + rest;
  return `${length} ${key}=${value}\n`;
}
