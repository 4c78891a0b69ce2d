import { FormatError } from '@convkit/tensor';

/**
 * A value in a JSON file from outside, which is taken only as what it has to be. What it is not is a FormatError `FILE_CORRUPT` that names the file and the place in it.
 */
export class JsonPlace {
  readonly #file: string;
  readonly #value: unknown;
  readonly #path: () => string;

  private constructor(file: string, value: unknown, path: () => string) {
    this.#file = file;
    this.#value = value;
    this.#path = path;
  }

  /** @throws FormatError `FILE_CORRUPT` if the bytes are no JSON. */
  static parse(file: string, bytes: Uint8Array): JsonPlace {
    try {
      return new JsonPlace(file, JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)), () => 'the whole');
    } catch (cause) {
      throw new FormatError({ code: 'FILE_CORRUPT', message: `${file}: no JSON: ${cause instanceof Error ? cause.message.split('\n')[0] : String(cause)}`, cause });
    }
  }

  /** A member of an object, which may be absent. */
  member(name: string): JsonPlace {
    const value = this.#value;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw this.wrong('an object');
    const member = Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
    return new JsonPlace(this.#file, member, () => (this.#path() === 'the whole' ? name : `${this.#path()}.${name}`));
  }

  /** Whether there is something. */
  get there(): boolean {
    return this.#value !== undefined;
  }

  /** The members of a list. */
  list(least = 0, most = Infinity): JsonPlace[] {
    const value: unknown = this.#value;
    if (!Array.isArray(value) || value.length < least || value.length > most) throw this.wrong(least === most ? `a list of ${least}` : `a list of at least ${least}`);
    return (value as unknown[]).map((each, i) => new JsonPlace(this.#file, each, () => `${this.#path()}[${i}]`));
  }

  whole(least: number, most = Number.MAX_SAFE_INTEGER): number {
    const value = this.#value;
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least && value <= most) return value;
    throw this.wrong(`a whole number from ${least} to ${most}`);
  }

  number(least: number, most: number): number {
    const value = this.#value;
    if (typeof value === 'number' && value >= least && value <= most) return value;
    throw this.wrong(`a number from ${least} to ${most}`);
  }

  text(pattern?: RegExp): string {
    const value = this.#value;
    if (typeof value === 'string' && pattern?.test(value) !== false) return value;
    throw this.wrong(pattern === undefined ? 'a text' : `a text like ${pattern.source}`);
  }

  /** The error of a value that is not what it must be. */
  wrong(expected: string): FormatError {
    const shown = this.#value === undefined ? 'absent' : (JSON.stringify(this.#value) as string | undefined)?.slice(0, 60);
    return new FormatError({ code: 'FILE_CORRUPT', message: `${this.#file}: ${this.#path()} is ${shown}, but must be ${expected}.`, help: 'prepare the data again.' });
  }
}
