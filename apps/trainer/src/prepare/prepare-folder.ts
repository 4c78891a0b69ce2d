import { mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseSidecar, shardStem, type NewFile, type ShardSidecar } from '@convkit/datasets';
import { FormatError } from '@convkit/tensor';
import { FileError, messageOf, systemCode, writeFailed } from '../file-error.js';
import { removeUnfinished, writeWhole } from '../file-checkpoint-store.js';
import { lockFolder } from '../lock-file.js';
import type { PrepareSettings, ShardPlace } from './prepare-settings.js';

const settingsFile = 'prepare.json';
const lockFile = 'lock';

/** The folder of prepared data while it is made, held by this process alone. `prepare.json` says with which settings it was begun; a shard is whole once its sidecar is there. */
export class PrepareFolder {
  readonly path: string;
  readonly #settings: PrepareSettings;
  readonly #unlock: () => Promise<void>;

  private constructor(path: string, settings: PrepareSettings, unlock: () => Promise<void>) {
    this.path = path;
    this.#settings = settings;
    this.#unlock = unlock;
  }

  /**
   * Begins in a new or empty folder, or goes on in one that was begun with the same settings.
   *
   * @throws FileError `FOLDER_NOT_EMPTY`, `FOLDER_LOCKED`, `PREPARE_OTHER` (begun with other settings), `FILE_WRITE_FAILED`, `FILE_UNREADABLE`.
   */
  static async open(path: string, settings: PrepareSettings): Promise<PrepareFolder> {
    let names: string[];
    try {
      await mkdir(path, { recursive: true });
      names = await readdir(path);
    } catch (error) {
      throw writeFailed(path, error);
    }
    // What a process leaves that dies before it has written its settings.
    const beginning = (name: string) => name === lockFile || name.startsWith(`${lockFile}.`) || name.startsWith(`.${settingsFile}`);
    if (!names.includes(settingsFile) && !names.every(beginning)) {
      throw new FileError({
        code: 'FOLDER_NOT_EMPTY',
        message: `${path}: the folder is not empty and holds no data that were begun to be prepared; nothing is written over.`,
        help: 'choose another folder.',
      });
    }
    const unlock = await lockFolder(join(path, lockFile), 'is preparing data in this folder');
    try {
      await removeUnfinished(path);
      await takeSettings(path, settings);
      return new PrepareFolder(path, settings, unlock);
    } catch (error) {
      await unlock();
      throw error instanceof FileError ? error : writeFailed(path, error);
    }
  }

  /** What is known of a shard, if it is there and whole. @throws FormatError naming a sidecar that cannot be read */
  async made({ split, shard }: ShardPlace): Promise<ShardSidecar | undefined> {
    const stem = join(this.path, shardStem(split, shard));
    const content = await unlessMissing(readFile(`${stem}.json`));
    if (content === undefined) return undefined;
    const sidecar = parseSidecar(`${stem}.json`, content);
    const sums = split === 'train' ? 4 * this.#settings.size ** 2 * 3 : undefined;
    const sizeOf = async (file: string) => (await unlessMissing(stat(file)))?.size;
    return (await sizeOf(`${stem}.tar`)) === sidecar.bytes && (sums === undefined || (await sizeOf(`${stem}.sums`)) === sums) ? sidecar : undefined;
  }

  /** Reads a file by its name. @throws FormatError `FILE_UNREADABLE` */
  async read(name: string): Promise<Uint8Array> {
    const path = join(this.path, name);
    try {
      return await readFile(path);
    } catch (cause) {
      throw new FormatError({ code: 'FILE_UNREADABLE', message: `${path}: cannot be read: ${messageOf(cause)}`, cause });
    }
  }

  /** Gives the folder back. */
  close(): Promise<void> {
    return this.#unlock();
  }
}

/** Writes files of prepared data in their order, each whole or not at all. @throws FileError `FILE_WRITE_FAILED` */
export async function writeFiles(folder: string, files: readonly NewFile[]): Promise<void> {
  for (const { name, bytes } of files) {
    try {
      await writeWhole(folder, name, bytes);
    } catch (error) {
      throw writeFailed(join(folder, name), error);
    }
  }
}

async function takeSettings(path: string, settings: PrepareSettings): Promise<void> {
  const file = join(path, settingsFile);
  const content = await unlessMissing(readFile(file, 'utf8'));
  const text = `${JSON.stringify(settings, undefined, 1)}\n`;
  if (content === undefined) return writeFiles(path, [{ name: settingsFile, bytes: new TextEncoder().encode(text) }]);
  if (content === text) return;
  throw new FileError({
    code: 'PREPARE_OTHER',
    message: `${file}: these data were begun ${differenceOf(content, settings)}.`,
    help: 'give the same again to go on, or another folder to begin anew.',
  });
}

/** In what the settings of a folder differ from those that are asked for. */
function differenceOf(content: string, settings: PrepareSettings): string {
  let found: Partial<Record<string, unknown>>;
  try {
    found = JSON.parse(content) as Partial<Record<string, unknown>>;
  } catch {
    return 'with settings that cannot be read';
  }
  const other = Object.entries(settings).filter(([name, value]) => JSON.stringify(found[name]) !== JSON.stringify(value));
  // Names differ whenever the source does: then the source says it.
  const told = other.filter(([name]) => name !== 'names' || other.length === 1);
  if (told.length === 0) return 'with other settings';
  return told.map(([name, value]) => (name === 'names' ? 'from other images of the same source' : `with ${name} ${JSON.stringify(found[name])} instead of ${JSON.stringify(value)}`)).join(', ');
}

async function unlessMissing<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
