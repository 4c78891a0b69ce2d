import { FormatError } from '@convkit/tensor';

/** Bounds of a file, checked before anything is allocated. Both reader and writer hold them. */
export const limits = { headerBytes: 16 * 2 ** 20, tensors: 65_536, axes: 32 };

/** The key of the header that holds text about the file and can name no tensor. */
export const metadataKey = '__metadata__';

/** What the header says about one tensor. */
export interface HeaderEntry {
  readonly dtype: string;
  readonly shape: readonly number[];
  /** First byte and the byte after the last, counted from the end of the header. */
  readonly offsets: readonly [number, number];
}

/** A parsed header: entries in file order. Maps, so that no name can reach a prototype. */
export interface Header {
  readonly entries: ReadonlyMap<string, HeaderEntry>;
  readonly metadata: ReadonlyMap<string, string>;
}

/**
 * Parses the JSON of a header. The grammar is fixed (an object of objects of strings and whole numbers), so there is no recursion for a hostile file to exhaust,
 * and a repeated key is seen, which `JSON.parse` would swallow.
 *
 * @param start Where the JSON begins in the file; errors tell offsets of the whole file.
 * @throws FormatError
 */
export function parseHeader(bytes: Uint8Array, start: number, end: number, file: string): Header {
  const scan = new HeaderScanner(bytes, start, end, file);
  const entries = new Map<string, HeaderEntry>();
  let metadata: Map<string, string> | undefined;
  scan.expect('{');
  scan.members((name, at) => {
    if (entries.has(name) || (name === metadataKey && metadata !== undefined)) scan.fail('FILE_DUPLICATE', `the name ${quote(name)} stands there twice`, at);
    if (name === metadataKey) metadata = readMetadata(scan);
    else entries.set(name, readEntry(scan, name, at));
    if (entries.size > limits.tensors) scan.fail('FILE_LIMIT', `more than ${limits.tensors} tensors`, at);
  });
  scan.expectEnd();
  return { entries, metadata: metadata ?? new Map() };
}

/** Text for a message: quoted, never longer than a line. */
export function quote(name: string): string {
  return JSON.stringify(name.length > 80 ? `${name.slice(0, 77)}...` : name);
}

/** The error of one place in a file. */
export function formatErrorAt(file: string, code: string, what: string, at: number): FormatError {
  return new FormatError({ code, message: `${file}: ${what}, at byte ${at}.` });
}

function readMetadata(scan: HeaderScanner): Map<string, string> {
  const metadata = new Map<string, string>();
  scan.expect('{');
  scan.members((key, at) => {
    if (metadata.has(key)) scan.fail('FILE_DUPLICATE', `the metadata ${quote(key)} stand there twice`, at);
    metadata.set(key, scan.string());
  });
  return metadata;
}

function readEntry(scan: HeaderScanner, name: string, start: number): HeaderEntry {
  let dtype: string | undefined;
  let shape: readonly number[] | undefined;
  let offsets: readonly number[] | undefined;
  scan.expect('{');
  scan.members((key, at) => {
    if (key === 'dtype' && dtype === undefined) dtype = scan.string();
    else if (key === 'shape' && shape === undefined) shape = scan.wholeNumbers();
    else if (key === 'data_offsets' && offsets === undefined) offsets = scan.wholeNumbers();
    else scan.fail('FILE_HEADER', `${quote(name)} has an unknown or repeated field ${quote(key)}`, at);
  });
  if (dtype === undefined || shape === undefined || offsets?.length !== 2) {
    return scan.fail('FILE_HEADER', `${quote(name)} needs dtype, shape and two data_offsets`, start);
  }
  return { dtype, shape, offsets: [offsets[0], offsets[1]] };
}

/** Reads the few forms of JSON that a header may hold, byte by byte. */
class HeaderScanner {
  readonly #text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

  constructor(
    readonly bytes: Uint8Array,
    public at: number,
    readonly end: number,
    readonly file: string,
  ) {}

  fail(code: string, what: string, at = this.at): never {
    throw formatErrorAt(this.file, code, what, at);
  }

  /** Steps over one byte; the space before it was skipped by whoever read the token before. */
  expect(character: string): void {
    if (!this.#take(character)) this.fail('FILE_HEADER', `the header should have ${quote(character)}`);
  }

  expectEnd(): void {
    if (this.at !== this.end) this.fail('FILE_HEADER', 'the header goes on after its closing brace');
  }

  /** The members of an object whose opening brace was read; `read` reads the value. */
  members(read: (key: string, at: number) => void): void {
    if (this.#take('}')) return;
    do {
      const at = this.at;
      const key = this.string();
      this.expect(':');
      read(key, at);
    } while (this.#take(','));
    this.expect('}');
  }

  string(): string {
    const start = this.at;
    if (this.bytes[start] !== 0x22 || start >= this.end) this.fail('FILE_HEADER', 'the header should have a text in quotes');
    let close = start + 1;
    while (close < this.end && this.bytes[close] !== 0x22) close += this.bytes[close] === 0x5c ? 2 : 1;
    if (close >= this.end) this.fail('FILE_HEADER', 'a text in the header does not end', start);
    this.#stepTo(close + 1);
    try {
      return JSON.parse(this.#text.decode(this.bytes.subarray(start, close + 1))) as string;
    } catch (cause) {
      throw new FormatError({ code: 'FILE_HEADER', message: `${this.file}: a text in the header is not JSON in UTF-8, at byte ${start}.`, cause });
    }
  }

  wholeNumbers(): number[] {
    const numbers: number[] = [];
    this.expect('[');
    if (this.#take(']')) return numbers;
    do {
      if (numbers.length === limits.axes) this.fail('FILE_LIMIT', `more than ${limits.axes} numbers in a row`);
      numbers.push(this.#wholeNumber());
    } while (this.#take(','));
    this.expect(']');
    return numbers;
  }

  #wholeNumber(): number {
    const start = this.at;
    let value = 0;
    let next = start;
    for (; next < this.end && this.bytes[next] >= 0x30 && this.bytes[next] <= 0x39; next++) value = value * 10 + (this.bytes[next] - 0x30);
    const leadingZero = next - start > 1 && this.bytes[start] === 0x30;
    if (next === start || leadingZero || !Number.isSafeInteger(value)) this.fail('FILE_HEADER', 'the header should have a whole number below 2^53', start);
    this.#stepTo(next);
    return value;
  }

  #take(character: string): boolean {
    if (this.at >= this.end || this.bytes[this.at] !== character.charCodeAt(0)) return false;
    this.#stepTo(this.at + 1);
    return true;
  }

  /** Moves on, and over the white space that JSON allows after a token. */
  #stepTo(at: number): void {
    this.at = at;
    while (this.at < this.end && [0x20, 0x09, 0x0a, 0x0d].includes(this.bytes[this.at])) this.at++;
  }
}
