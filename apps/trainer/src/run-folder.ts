import { appendFileSync, closeSync, openSync } from 'node:fs';
import { mkdir, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { CheckpointStore } from '@convkit/training';
import { FileError, messageOf, systemCode, writeFailed } from './file-error.js';
import { fileCheckpointStore, makeFolder, removeUnfinished, syncFolder, writeWhole } from './file-checkpoint-store.js';
import { lockFolder } from './lock-file.js';
import type { RunDescription } from './run-description.js';
import type { RunEvent } from './run-events.js';
import { commandName } from './wording.js';

/** Name of the folder of checkpoints inside a run folder. */
export const checkpointFolder = 'checkpoints';

/** The folder of one run, held by this process alone: `run.json`, `card.md`, `events.jsonl`, `checkpoints/`, and `lock` while somebody trains in it. */
export class RunFolder {
  readonly path: string;
  readonly checkpoints: string;
  readonly store: CheckpointStore;
  readonly #unlock: () => Promise<void>;
  /** Undefined after a failed write: a log on a full disk must not end the run. */
  #log: number | undefined;

  private constructor(path: string, unlock: () => Promise<void>) {
    this.path = path;
    this.checkpoints = join(path, checkpointFolder);
    this.store = fileCheckpointStore(this.checkpoints);
    this.#unlock = unlock;
    this.#log = openSync(join(path, 'events.jsonl'), 'a');
  }

  /**
   * Makes the folder of a new run.
   *
   * @param out Where; by default a new name with the date under `runs/`.
   * @param card What people read of the run, in Markdown.
   * @throws FileError `FOLDER_NOT_EMPTY` when there is something in it, `FILE_WRITE_FAILED`.
   */
  static async create(out: string | undefined, description: RunDescription, card: string): Promise<RunFolder> {
    const path = out ?? (await newName(description));
    try {
      await makeFolder(path);
      if ((await readdir(path)).length > 0) {
        throw new FileError({
          code: 'FOLDER_NOT_EMPTY',
          message: `${path}: the folder is not empty, and a new run never writes over anything.`,
          help: `choose another --out, or go on with the run in it: ${commandName()} train --resume ${path}`,
        });
      }
    } catch (error) {
      throw error instanceof FileError ? error : writeFailed(path, error);
    }
    const folder = await RunFolder.open(path);
    try {
      await writeWhole(path, 'run.json', new TextEncoder().encode(`${JSON.stringify(forPeople(description), undefined, 2)}\n`));
      await writeWhole(path, 'card.md', new TextEncoder().encode(card));
      return folder;
    } catch (error) {
      await folder.close();
      throw writeFailed(join(path, 'run.json'), error);
    }
  }

  /** Takes the folder of a run that is there. @throws FileError `FOLDER_LOCKED` when another process trains in it, `FILE_WRITE_FAILED`. */
  static async open(path: string): Promise<RunFolder> {
    const unlock = await lockFolder(join(path, 'lock'));
    try {
      for (const folder of [path, join(path, checkpointFolder)]) await removeUnfinished(folder);
      await cutTornLine(join(path, 'events.jsonl'));
      return new RunFolder(path, unlock);
    } catch (error) {
      await unlock();
      throw writeFailed(path, error);
    }
  }

  /** Appends an event to `events.jsonl`. @returns What went wrong, the first time it does. */
  log(event: RunEvent): string | undefined {
    if (this.#log === undefined || event.type === 'evaluating') return undefined;
    try {
      // Unlike writeSync it writes all or throws, also on a disk that has room for half a line.
      appendFileSync(this.#log, `${JSON.stringify(event)}\n`);
      return undefined;
    } catch (error) {
      closeSync(this.#log);
      this.#log = undefined;
      return `events.jsonl is not written any more: ${messageOf(error)}`;
    }
  }

  async close(): Promise<void> {
    if (this.#log !== undefined) closeSync(this.#log);
    this.#log = undefined;
    await this.#unlock();
  }
}

/** Takes away what a process that died left of a line, so that the next line stands alone. */
async function cutTornLine(path: string): Promise<void> {
  const file = await open(path, 'r+').catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (file === undefined) return;
  try {
    const block = Buffer.alloc(2 ** 16);
    let { size: end } = await file.stat();
    for (let start = end; start > 0 && end === start; ) {
      start = Math.max(0, start - block.length);
      const { bytesRead } = await file.read(block, 0, end - start, start);
      end = start + block.subarray(0, bytesRead).lastIndexOf('\n') + 1;
    }
    await file.truncate(end);
  } finally {
    await file.close();
  }
}

/** `runs/2026-11-24T09-31-07-alexnet-mini`, with a number behind it if that is taken. Makes it, so that nobody else gets the same. */
async function newName({ recipe, created }: RunDescription): Promise<string> {
  const stem = join('runs', `${created.slice(0, 19).replaceAll(':', '-')}-${recipe.name}`);
  try {
    await makeFolder('runs');
    for (let i = 1; ; i++) {
      const path = i === 1 ? stem : `${stem}-${i}`;
      try {
        await mkdir(path);
        await syncFolder('runs');
        return path;
      } catch (error) {
        if (systemCode(error) !== 'EEXIST') throw error;
      }
    }
  } catch (error) {
    throw writeFailed('runs', error);
  }
}

/** Without what nobody can read. */
function forPeople({ statistics: { meanImage: _, ...statistics }, ...description }: RunDescription): unknown {
  return { ...description, statistics };
}
