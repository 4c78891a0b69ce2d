/** A file of an archive. */
export interface TarEntry {
  /** Below 100 bytes of ASCII. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

const BLOCK = 512;

/**
 * A plain tar archive (POSIX ustar) of some files, the same bytes for the same files: no times, no owners, mode 644.
 *
 * @returns The archive, and where the content of each file begins in it.
 */
export function packTar(entries: readonly TarEntry[]): { readonly tar: Uint8Array; readonly offsets: readonly number[] } {
  const room = (length: number) => Math.ceil(length / BLOCK) * BLOCK;
  // Two empty blocks are the end.
  const tar = new Uint8Array(entries.reduce((sum, { bytes }) => sum + BLOCK + room(bytes.length), 2 * BLOCK));
  let at = 0;
  const offsets = entries.map(({ name, bytes }) => {
    tar.set(header(name, bytes.length), at);
    const offset = at + BLOCK;
    tar.set(bytes, offset);
    at = offset + room(bytes.length);
    return offset;
  });
  return { tar, offsets };
}

function header(name: string, size: number): Uint8Array {
  const block = new Uint8Array(BLOCK);
  const put = (at: number, text: string) => block.set(new TextEncoder().encode(text), at);
  const octal = (value: number, digits: number) => value.toString(8).padStart(digits, '0');
  put(0, name);
  put(100, '0000644\0');
  put(108, '0000000\0');
  put(116, '0000000\0');
  put(124, `${octal(size, 11)}\0`);
  put(136, '00000000000\0');
  // The checksum is taken with blanks in its own place.
  put(148, '        ');
  put(156, '0');
  put(257, 'ustar\x0000');
  const sum = block.reduce((total, byte) => total + byte, 0);
  put(148, `${octal(sum, 6)}\0 `);
  return block;
}
