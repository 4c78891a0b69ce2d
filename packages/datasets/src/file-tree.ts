import { FormatError } from '@convkit/tensor';

import type { LazyFile } from './archive.js';
import { DEFAULT_MAX_BYTES, tooLarge, type ByteSource, type ReadOptions } from './bytes.js';
import { kindOf, lazyFile, listFileNames, listFolder, missing, type FolderEntry } from './files.js';
import { Allowance, plainAccess } from './plain-access.js';
import { fileAccess, partOf, readAhead, type RandomAccess } from './random-access.js';
import type { SkipPartOptions } from './skipped-part.js';
import { indexTar, type TarEntry } from './tar-index.js';

/** Files with paths as their names, such as `train/cat/1.jpg`, from anywhere: the files of a folder that a user of a web page chose, or what {@link tarFolder} finds. */
export interface FileSet {
  /** What messages call it. */
  readonly name: string;
  /** All of them, in any order. */
  readonly files: Iterable<LazyFile>;
}

/** A folder and all that is in it, wherever it lies. Paths begin with that of the folder. */
export interface FileTree {
  readonly path: string;
  readonly kindOf: (path: string) => Promise<'file' | 'folder' | undefined>;
  readonly listFolder: (path: string) => Promise<readonly FolderEntry[]>;
  readonly listFileNames: (path: string, ending: RegExp) => Promise<readonly string[]>;
  readonly lazyFile: (path: string, maxBytes?: number) => LazyFile;
}

/** What lies at a path, in Node, a tar archive taken as the folder that was packed; or the files of a set. */
export async function openTree(source: string | FileSet, options: ReadOptions & SkipPartOptions): Promise<FileTree> {
  if (typeof source !== 'string') return treeOf(source);
  if ((await kindOf(source)) !== 'file') return folderTree(source);
  return treeOf(await tarFolder(await fileAccess(source), options));
}

/** A folder on disk, in Node. */
export function folderTree(path: string): FileTree {
  return { path, kindOf, listFolder, listFileNames, lazyFile };
}

/**
 * The files in a tar archive, for `openImageFolder` and `openIlsvrc`. A plain one is read in place, file by file; a compressed one, and one that streams by, is held in memory, up to `maxBytes` (default 2^30).
 * Archives of classes in it, called `WNID.tar` as in ILSVRC-2012's `ILSVRC2012_img_train.tar`, are folders `WNID`, read in place as well; what archives are in those are files.
 * Nothing is written, and names that climb out of the archive are passed over. Of two files of one name the second is an error, or passed over where `onSkip` is told.
 *
 * @throws FormatError as `webDataset` for archives: `FILE_CORRUPT`, `FILE_TRUNCATED`, `FILE_UNSUPPORTED`, `FILE_TOO_LARGE`.
 *
 * @example
 * ```ts
 * import { openImageFolder, tarFolder } from '@convkit/datasets';
 *
 * const code = await tarFolder({ name: 'photos.tar.gz', bytes: new Uint8Array(1024) }).then(openImageFolder).catch((error) => error.code);
 * console.log(code); // FILE_EMPTY
 * ```
 */
export async function tarFolder(source: RandomAccess | ByteSource, { maxBytes = DEFAULT_MAX_BYTES, onSkip }: ReadOptions & SkipPartOptions = {}): Promise<FileSet> {
  const archive = await plainAccess(source, new Allowance(maxBytes));
  const files = new Map<string, LazyFile>();
  for await (const { name, at, size, from } of entriesOf(archive)) {
    const read = async () => {
      if (size > maxBytes) throw tooLarge(`${archive.name}/${name}`, maxBytes);
      return from.read(at, size);
    };
    if (!files.has(name)) files.set(name, { name, read });
    else {
      const error = new FormatError({ code: 'FILE_CORRUPT', message: `${from.name}: a second file ${JSON.stringify(name)} is in it, at byte ${at}.`, help: 'pack it with each file once.' });
      if (onSkip === undefined) throw error;
      onSkip({ name: `${archive.name}/${name}`, reason: error.summary });
    }
  }
  return { name: archive.name, files: [...files.values()] };
}

/** Of a class, by its number in WordNet. */
const CLASS_ARCHIVE = /^((?:.*\/)?n\d{8})\.tar$/;

/** The files of an archive and of the archives of classes in it, but not of those in these. */
async function* entriesOf(archive: RandomAccess, folder = ''): AsyncGenerator<TarEntry & { readonly from: RandomAccess }> {
  for await (const entry of indexTar(readAhead(archive))) {
    const { name, at, size } = entry;
    const [, inner] = (folder === '' ? CLASS_ARCHIVE.exec(name) : null) ?? [];
    if (inner === undefined) yield { ...entry, name: folder + name, from: archive };
    else yield* entriesOf(partOf(archive, `${archive.name}/${name}`, at, size), `${inner}/`);
  }
}

/** A folder of a set: its files, and its folders. */
type Folder = Map<string, LazyFile | Folder>;

/** The files of a set as a tree. Where all lie in one folder of folders, as in most archives, that is the root. Names that climb out and hidden ones are passed over. */
export function treeOf({ name, files }: FileSet): FileTree {
  const whole: Folder = new Map();
  for (const file of files) {
    const steps = file.name.split('/').filter((step) => step !== '' && step !== '.');
    if (steps.length > 0 && !steps.some((step) => step.startsWith('.'))) put(whole, steps, file);
  }
  let [root, path] = [whole, name];
  for (let only = onlyFolder(root); only !== undefined; only = onlyFolder(root)) [root, path] = [only[1], `${path}/${only[0]}`];

  const find = (place: string) => place.slice(path.length).split('/').filter(Boolean).reduce<LazyFile | Folder | undefined>((at, step) => (at instanceof Map ? at.get(step) : undefined), root);
  const inside = (place: string) => {
    const found = find(place);
    if (!(found instanceof Map)) throw missing(place);
    return Array.from(found, ([entry, what]): FolderEntry => ({ name: entry, path: `${place}/${entry}`, kind: kindOfEntry(what) })).sort((a, b) => (a.name < b.name ? -1 : 1));
  };
  return {
    path,
    async kindOf(place) {
      const found = find(place);
      return found === undefined ? undefined : kindOfEntry(found);
    },
    listFolder: async (place) => inside(place),
    listFileNames: async (place, ending) => inside(place).flatMap(({ name: entry, kind }) => (kind === 'file' && ending.test(entry) ? [entry] : [])),
    lazyFile: (place, maxBytes = DEFAULT_MAX_BYTES) => ({
      name: place,
      async read() {
        const found = find(place);
        if (found === undefined || found instanceof Map) throw missing(place);
        const bytes = await found.read();
        if (bytes.length > maxBytes) throw tooLarge(place, maxBytes);
        return bytes;
      },
    }),
  };
}

function put(root: Folder, steps: readonly string[], file: LazyFile): void {
  let folder = root;
  for (const step of steps.slice(0, -1)) {
    let next = folder.get(step);
    // Of a file and a folder of one name the folder stays.
    if (!(next instanceof Map)) folder.set(step, (next = new Map()));
    folder = next;
  }
  const last = steps[steps.length - 1];
  if (!folder.has(last)) folder.set(last, file);
}

function onlyFolder(folder: Folder): readonly [string, Folder] | undefined {
  const [[name, only] = []] = folder;
  return folder.size === 1 && name !== undefined && name !== 'train' && only instanceof Map && [...only.values()].some((what) => what instanceof Map) ? [name, only] : undefined;
}

function kindOfEntry(what: LazyFile | Folder): 'file' | 'folder' {
  return what instanceof Map ? 'folder' : 'file';
}
