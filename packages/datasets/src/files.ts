import type { Dirent } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';

import { ConvkitError, FormatError } from '@convkit/tensor';

import type { LazyFile } from './archive.js';
import { collect, DEFAULT_MAX_BYTES, tooLarge, type ByteSource } from './bytes.js';

/** One entry of a folder. */
export interface FolderEntry {
  readonly name: string;
  readonly path: string;
  readonly kind: 'file' | 'folder';
}

/** What is at a path; links are followed. Undefined if nothing is, or a link that leads nowhere or in a circle. */
export async function kindOf(path: string): Promise<'file' | 'folder' | undefined> {
  const files = fileSystem();
  try {
    const found = await files.stat(path);
    return found.isFile() ? 'file' : found.isDirectory() ? 'folder' : undefined;
  } catch (cause) {
    if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes(errorCode(cause))) return undefined;
    throw unreadable(path, cause);
  }
}

/** Files and folders in a folder by code unit order of their names, hidden ones (`.name`) left out. */
export async function listFolder(path: string): Promise<FolderEntry[]> {
  const entries: FolderEntry[] = [];
  for (const entry of await readFolder(path)) {
    const inside = `${path}/${entry.name}`;
    const kind = entry.isFile() ? 'file' : entry.isDirectory() ? 'folder' : await kindOf(inside);
    if (kind !== undefined) entries.push({ name: entry.name, path: inside, kind });
  }
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * Names in a folder, by code unit order, of files and links that end as asked. Links are not followed, which would take a look at every one of a million: what is behind a link
 * shows when it is read.
 */
export async function listFileNames(path: string, ending: RegExp): Promise<string[]> {
  const names: string[] = [];
  for (const entry of await readFolder(path)) if ((entry.isFile() || entry.isSymbolicLink()) && ending.test(entry.name)) names.push(entry.name);
  return names.sort();
}

/** What is in a folder, but for hidden names. */
async function readFolder(path: string): Promise<Dirent[]> {
  const found = await fileSystem()
    .readdir(path, { withFileTypes: true })
    .catch((cause: unknown) => {
      throw unreadable(path, cause);
    });
  return found.filter((entry) => !entry.name.startsWith('.'));
}

/** The last name of a path. */
export function lastName(path: string): string {
  return path.split(/[\\/]/).filter(Boolean).at(-1) ?? path;
}

/** A file as a source whose bytes stream. */
export function fileSource(path: string): ByteSource {
  return { name: path, bytes: fileStream(path) };
}

/** Opens the file when first read; closes it at its end or when given up. */
function fileStream(path: string): ReadableStream<Uint8Array> {
  const files = fileSystem();
  let handle: FileHandle | undefined;
  return new ReadableStream(
    {
      async pull(controller) {
        try {
          handle ??= await files.open(path);
          const { bytesRead, buffer } = await handle.read(new Uint8Array(2 ** 16));
          if (bytesRead > 0) return controller.enqueue(buffer.subarray(0, bytesRead));
          await handle.close();
          controller.close();
        } catch (cause) {
          await handle?.close().catch(() => undefined);
          throw unreadable(path, cause);
        }
      },
      cancel: () => handle?.close(),
    },
    { highWaterMark: 0 },
  );
}

/** A file that is read when asked for, as it is; gzip is not looked at. */
export function lazyFile(path: string, maxBytes = DEFAULT_MAX_BYTES): LazyFile {
  return {
    name: path,
    async read() {
      const found = await fileSystem()
        .stat(path)
        .catch((cause: unknown) => {
          throw unreadable(path, cause);
        });
      // A pipe would keep the reader waiting for ever.
      if (!found.isFile()) throw unreadable(path, new Error('it is no file'));
      if (found.size > maxBytes) throw tooLarge(path, maxBytes);
      return collect(fileStream(path));
    },
  };
}

/** No import statement: a bundler for browsers must not meet a Node module. */
export function fileSystem(): typeof import('node:fs/promises') {
  if (typeof process === 'undefined' || typeof process.getBuiltinModule !== 'function') {
    throw new ConvkitError({
      code: 'FILES_UNAVAILABLE',
      message: 'paths can be read in Node only (20.16 or later).',
      help: 'in a browser give the bytes to idxDataset, cifar10Archive, webDataset or imageDataset.',
    });
  }
  return process.getBuiltinModule('node:fs/promises');
}

/** The error of a path at which nothing is. */
export function missing(path: string, cause?: unknown): FormatError {
  return new FormatError({ code: 'FILE_MISSING', message: `${path}: there is no such file or folder.`, cause });
}

/** The error of a path that cannot be read. */
export function unreadable(path: string, cause: unknown): FormatError {
  if (errorCode(cause) === 'ENOENT') return missing(path, cause);
  return new FormatError({ code: 'FILE_UNREADABLE', message: `${path}: cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, cause });
}

function errorCode(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : '';
}
