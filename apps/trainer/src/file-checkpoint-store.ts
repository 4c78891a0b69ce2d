import * as nodeFiles from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { FormatError } from '@convkit/tensor';
import type { CheckpointStore } from '@convkit/training';
import { FileError, messageOf, systemCode, writeFailed } from './file-error.js';

/** The calls to the file system that a store makes; tests let each of them fail. */
export type Files = Pick<typeof nodeFiles, 'mkdir' | 'open' | 'readdir' | 'readFile' | 'rename' | 'rm'>;

/**
 * Checkpoints as files of a folder. A file is written under another name, synced and then renamed, so that under its own name it is either whole or not there,
 * whatever dies in between; the folder is synced, so that it is still there after a loss of power.
 */
export function fileCheckpointStore(folder: string, files: Files = nodeFiles): CheckpointStore {
  return {
    async write(name, bytes) {
      try {
        await makeFolder(folder, files);
        await writeWhole(folder, name, bytes, files);
      } catch (error) {
        throw writeFailed(join(folder, name), error);
      }
    },
    async read(name) {
      const path = join(folder, name);
      try {
        return await files.readFile(path);
      } catch (cause) {
        throw new FormatError({ code: 'FILE_UNREADABLE', message: `${path}: cannot be read: ${messageOf(cause)}`, cause });
      }
    },
    async list() {
      try {
        return (await files.readdir(folder)).filter((name) => !name.endsWith(unfinished));
      } catch (error) {
        if (systemCode(error) === 'ENOENT') return [];
        throw new FileError({ code: 'FILE_MISSING', message: `${folder}: cannot be read: ${messageOf(error)}`, cause: error });
      }
    },
    async remove(name) {
      try {
        await files.rm(join(folder, name), { force: true });
      } catch (cause) {
        throw new FileError({ code: 'FILE_WRITE_FAILED', message: `${join(folder, name)}: cannot be removed: ${messageOf(cause)}`, help: 'look at the rights of the folder.', cause });
      }
    },
  };
}

/** Makes a folder, and those above it that are missing, so that they are still there after a loss of power. */
export async function makeFolder(folder: string, files: Files = nodeFiles): Promise<void> {
  const first = await files.mkdir(folder, { recursive: true });
  if (first === undefined) return;
  for (let made = resolve(folder); made.length >= resolve(first).length; made = dirname(made)) await syncFolder(dirname(made), files);
}

/** Removes what a process that died left half written. For the one who holds the folder's lock. */
export async function removeUnfinished(folder: string, files: Files = nodeFiles): Promise<void> {
  const names = await files.readdir(folder).catch(() => []);
  for (const name of names) if (name.endsWith(unfinished)) await files.rm(join(folder, name), { force: true });
}

/** Writes a file so that it is there whole or not at all. */
export async function writeWhole(folder: string, name: string, bytes: Uint8Array, files: Files = nodeFiles): Promise<void> {
  const aside = join(folder, `.${name}${unfinished}`);
  try {
    const file = await files.open(aside, 'w');
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await files.rename(aside, join(folder, name));
  } catch (error) {
    await files.rm(aside, { force: true }).catch(() => undefined);
    throw error;
  }
  await syncFolder(folder, files);
}

const unfinished = '.unfinished';

/** Makes a rename durable. Windows has no way to sync a folder and needs none. */
export async function syncFolder(folder: string, files: Files = nodeFiles): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await files.open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
