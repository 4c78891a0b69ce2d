import { mkdir, readFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { FileError, messageOf, systemCode, writeFailed } from '../file-error.js';
import { writeWhole } from '../file-checkpoint-store.js';

/** What a study stands on; a part that was made under other settings is not taken over. */
export type StudySettings = Readonly<Record<string, string | number | readonly string[] | readonly number[]>>;

/**
 * The folder of a study that may take hours. Each part is written as soon as it is there, and one that is there already is not made again, so that a study that was stopped goes on.
 */
export class StudyFolder {
  readonly path: string;
  readonly #settings: string;

  private constructor(path: string, settings: StudySettings) {
    this.path = path;
    this.#settings = JSON.stringify(settings);
  }

  /** @throws FileError `FILE_WRITE_FAILED` */
  static async open(path: string, settings: StudySettings): Promise<StudyFolder> {
    try {
      await mkdir(path, { recursive: true });
    } catch (error) {
      throw writeFailed(path, error);
    }
    return new StudyFolder(path, settings);
  }

  /**
   * A part of the study, as JSON in `NAME.json`: the one that is there, or a new one.
   * @throws FileError `STUDY_OTHER` when the one that is there was made with other settings.
   */
  async part<T extends object>(name: string, make: () => Promise<T>): Promise<{ readonly value: T; readonly taken: boolean }> {
    const file = `${name}.json`;
    const found = await this.#read(file);
    if (found !== undefined) {
      const { settings, ...value } = found;
      if (JSON.stringify(settings) !== this.#settings) {
        throw new FileError({
          code: 'STUDY_OTHER',
          message: `${join(this.path, file)}: was made with other settings: ${JSON.stringify(settings)}.`,
          help: 'give those again to go on, or another --out for another study.',
        });
      }
      return { value: value as unknown as T, taken: true };
    }
    const value = await make();
    await this.write(file, `${JSON.stringify({ settings: JSON.parse(this.#settings) as unknown, ...value }, undefined, 1)}\n`);
    return { value, taken: false };
  }

  /** Writes a file whole or not at all; figures and reports are made anew each time. @throws FileError `FILE_WRITE_FAILED` */
  async write(name: string, content: string | Uint8Array): Promise<void> {
    try {
      await writeWhole(this.path, name, typeof content === 'string' ? new TextEncoder().encode(content) : content);
    } catch (error) {
      throw writeFailed(join(this.path, name), error);
    }
  }

  async #read(file: string): Promise<(Record<string, unknown> & { settings?: unknown }) | undefined> {
    try {
      return JSON.parse(await readFile(join(this.path, file), 'utf8')) as Record<string, unknown>;
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return undefined;
      throw new FileError({ code: 'FILE_UNREADABLE', message: `${join(this.path, file)}: cannot be read: ${messageOf(error)}`, help: 'remove it to have that part made again.', cause: error });
    }
  }
}

/** The machine in a few words, for reports. */
export function machine(): string {
  const [first] = cpus();
  return `${cpus().length} x ${first?.model.trim() ?? 'unknown processor'}, ${process.platform} ${process.arch}, Node ${process.versions.node}`;
}
