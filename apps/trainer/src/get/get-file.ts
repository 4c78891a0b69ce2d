import { copyFile, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { FormatError } from '@convkit/tensor';
import { FileError, writeFailed } from '../file-error.js';
import { syncFolder } from '../file-checkpoint-store.js';
import { lockFolder } from '../lock-file.js';
import { verify } from './checksum.js';
import { download, type DownloadOptions } from './download.js';
import type { KnownFile } from './known-data.js';

/** Where a file is taken from: a file of this machine, or an address. */
export type FileOrigin = { readonly from: string } | { readonly url: string };

/** A file that is there now. */
export interface GotFile {
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
  /** Whether it was there already. */
  readonly present: boolean;
}

/**
 * Brings a file into a folder, checked before it gets its name. One that is there already and is the right one is left; while it comes it is called `NAME.part`.
 *
 * @throws FormatError `FILE_CHECKSUM`; FileError `FILE_EXISTS` (there is another file of this name), `FOLDER_LOCKED`, `DOWNLOAD_FAILED`, `FILE_WRITE_FAILED`
 */
export async function getFile({ name, checksum, bytes }: KnownFile, folder: string, origin: FileOrigin, options: DownloadOptions = {}): Promise<GotFile> {
  const path = join(folder, name);
  const called = basename(name);
  const part = `${path}.part`;
  const got = async (sha256: string, present: boolean) => ({ path, sha256, bytes: (await stat(path)).size, present });
  try {
    await mkdir(dirname(path), { recursive: true });
  } catch (error) {
    throw writeFailed(dirname(path), error);
  }
  const present = await verify(path, checksum, called).catch((error: unknown) => {
    if (error instanceof FormatError && error.code === 'FILE_MISSING') return undefined;
    if (!(error instanceof FormatError && error.code === 'FILE_CHECKSUM')) throw error;
    throw new FileError({ code: 'FILE_EXISTS', message: `${error.summary} Nothing is written over.`, help: 'move it away, or choose another --out.', cause: error });
  });
  if (present !== undefined) return got(present, true);

  const unlock = await lockFolder(`${path}.lock`, 'is getting this file');
  try {
    let sha256: string;
    if ('from' in origin) {
      sha256 = await verify(origin.from, checksum, called);
      await copyWhole(origin.from, part);
    } else {
      await download(origin.url, part, { ...options, ...(bytes !== undefined && { bytes }) });
      sha256 = await verify(part, checksum, called).catch(async (error: unknown) => {
        // To go on behind wrong bytes would never end well.
        await rm(part, { force: true });
        throw error;
      });
    }
    try {
      await rename(part, path);
      await syncFolder(dirname(path));
    } catch (error) {
      throw writeFailed(path, error);
    }
    return await got(sha256, false);
  } finally {
    await unlock();
  }
}

async function copyWhole(from: string, to: string): Promise<void> {
  try {
    await copyFile(from, to);
    const file = await open(to, 'r+');
    try {
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    throw writeFailed(to, error);
  }
}
