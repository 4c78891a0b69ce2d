import type { LazyFile } from './archive.js';
import type { ReadOptions } from './bytes.js';
import { folderTree, tarFolder, treeOf, type FileTree } from './file-tree.js';
import { kindOf } from './files.js';
import { fileAccess } from './random-access.js';
import type { SkipPartOptions } from './skipped-part.js';

/** The archives of ILSVRC-2012, the folders that they are unpacked to, and whether they bring those themselves. */
const ARCHIVES = [
  ['ILSVRC2012_img_train.tar', 'train', false],
  ['ILSVRC2012_img_val.tar', 'val', false],
  ['ILSVRC2012_devkit_t12.tar.gz', 'ILSVRC2012_devkit_t12', true],
] as const;

/**
 * A folder on disk in which archives of ILSVRC-2012 lie as they are handed out, with what is in them as if they were unpacked; those that are unpacked already are left alone. Undefined if there are none.
 */
export async function openArchives(path: string, options: ReadOptions & SkipPartOptions): Promise<FileTree | undefined> {
  const files: LazyFile[] = [];
  const packed = new Set<string>();
  for (const [name, folder, whole] of ARCHIVES) {
    const archive = `${path}/${name}`;
    if ((await kindOf(archive)) !== 'file' || (await kindOf(`${path}/${folder}`)) === 'folder') continue;
    packed.add(folder);
    for (const file of (await tarFolder(await fileAccess(archive), options)).files) files.push(whole ? file : { ...file, name: `${folder}/${file.name}` });
  }
  if (packed.size === 0) return undefined;
  const [disk, inside] = [folderTree(path), treeOf({ name: path, files })];
  const treeAt = (place: string) => (packed.has(place.slice(path.length + 1).split('/', 1)[0]) ? inside : disk);
  return {
    path,
    kindOf: (place) => treeAt(place).kindOf(place),
    listFolder: (place) => treeAt(place).listFolder(place),
    listFileNames: (place, ending) => treeAt(place).listFileNames(place, ending),
    lazyFile: (place, maxBytes) => treeAt(place).lazyFile(place, maxBytes),
  };
}
