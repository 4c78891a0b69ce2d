import { FormatError } from '@convkit/tensor';

import { classNames } from './class-names.js';
import type { Dataset, DatasetSplits, Split } from './dataset.js';
import { decodeImage, type DecodeOptions } from './decode-image.js';
import { openTree, type FileSet, type FileTree } from './file-tree.js';
import { lastName } from './files.js';
import { imageDataset, type ImageDatasetOptions } from './image-dataset.js';
import type { SkipPartOptions } from './skipped-part.js';

/** Choices of {@link openImageFolder} and `openIlsvrc`. */
export interface ImageFolderOptions extends DecodeOptions, SkipPartOptions, Pick<ImageDatasetOptions, 'concurrency'> {
  /** Most bytes that an image file may have; default 2^30. */
  readonly maxBytes?: number;
}

/**
 * A folder with one folder of images a class: in Node a path, also that of a tar archive, plain or `.gz`, of such a folder; anywhere a {@link FileSet}. With a folder `train` in it, that is the training part and `val` (or else `test`) the test part; without,
 * every tenth image of each class, by name, is kept back as the test part. Classes and files are ordered by the code units of their names; hidden files and files
 * of other kinds are passed over. Images are decoded when they are asked for ({@link decodeImage}).
 *
 * Classes are called like their folders, unless a file beside `train` or beside them says otherwise: `synset_words.txt`, `LOC_synset_mapping.txt`, `synsets.txt`, `words.txt` or
 * `classes.txt`, with lines of a folder's name, a tab or blank, and the name of the class. Classes that are called the same get the folder's name in brackets.
 *
 * @throws FormatError `FILE_MISSING` (the folder, or the test part), `FILE_EMPTY` (a class without images, unless somebody is told by `onSkip`), `FILE_CLASS` (a test class that training does not have), `FILE_UNREADABLE`.
 */
export async function openImageFolder(source: string | FileSet, options: ImageFolderOptions = {}): Promise<DatasetSplits> {
  const tree = await openTree(source, options);
  const { path } = tree;
  if ((await tree.kindOf(`${path}/train`)) === 'folder') {
    const judge = (await tree.kindOf(`${path}/val`)) === 'folder' ? 'val' : 'test';
    if ((await tree.kindOf(`${path}/${judge}`)) !== 'folder') {
      throw new FormatError({ code: 'FILE_MISSING', message: `${path}: no folder val or test beside train.`, help: 'move some images of each class into val/CLASS.' });
    }
    const train = await indexClasses(tree, `${path}/train`, options);
    const test = await indexClasses(tree, `${path}/${judge}`, options, train.folders);
    const classes = await classNames(tree, [path], train.folders);
    return { train: openFiles(tree, 'train', classes, train, options), test: openFiles(tree, 'test', classes, test, options) };
  }

  const all = await indexClasses(tree, path, options);
  const seen = new Array<number>(all.folders.length).fill(0);
  const kept = Array.from(all.labels, (label) => ++seen[label] % 10 === 0);
  if (!kept.includes(true)) {
    throw new FormatError({
      code: 'FILE_MISSING',
      message: `${path}: no test part, for no class has ten images.`,
      help: `make folders ${path}/train and ${path}/val, each with one folder a class.`,
    });
  }
  const classes = await classNames(tree, [path], all.folders);
  const part = (split: Split, test: boolean) =>
    openFiles(tree, split, classes, { ...all, names: all.names.filter((_, i) => kept[i] === test), labels: all.labels.filter((_, i) => kept[i] === test) }, options);
  return { train: part('train', false), test: part('test', true) };
}

/** Image files of classes: of each only its name and its label are kept, for there may be a million. */
export interface IndexedFiles {
  /** Where the images of a label lie. */
  readonly folderOf: (label: number) => string;
  readonly names: readonly string[];
  readonly labels: Uint32Array;
}

/** What ends like an image; what is in it shows when it is decoded. */
export const IMAGE_NAME = /\.(jpe?g|png|webp|gif|tiff?|avif)$/i;

/** A data set of some images of a tree. */
export function openFiles(tree: FileTree, split: Split, classes: readonly string[], { folderOf, names, labels }: IndexedFiles, options: ImageFolderOptions): Dataset {
  const at = (index: number) => ({ ...tree.lazyFile(`${folderOf(labels[index])}/${names[index]}`, options.maxBytes), label: labels[index] });
  const files = { length: names.length, at };
  return imageDataset({ ...options, name: lastName(tree.path), split, classes, files, decode: (bytes, file) => decodeImage(bytes, file, options) });
}

/**
 * The folders of classes in a folder and the images in them.
 *
 * @param known The classes there may be, in label order; default: those that are there.
 * @throws FormatError as {@link openImageFolder}
 */
export async function indexClasses(tree: FileTree, path: string, { onSkip }: SkipPartOptions, known?: readonly string[]): Promise<IndexedFiles & { readonly folders: readonly string[] }> {
  const present = (await tree.listFolder(path)).filter((entry) => entry.kind === 'folder').map((entry) => entry.name);
  if (present.length === 0) throw noClasses(path);
  const filled: { readonly folder: string; readonly images: readonly string[] }[] = [];
  for (const folder of present) {
    if (known?.includes(folder) === false) {
      throw new FormatError({
        code: 'FILE_CLASS',
        message: `${path}/${folder}: a class that the training part does not have.`,
        help: 'move the folder away, or add one of this name to the training part.',
      });
    }
    const images = await tree.listFileNames(`${path}/${folder}`, IMAGE_NAME);
    if (images.length > 0) filled.push({ folder, images });
    else if (onSkip === undefined) {
      throw new FormatError({ code: 'FILE_EMPTY', message: `${path}/${folder}: no images in this class.`, help: 'add images (jpg, png, webp, gif, tif, avif) or remove the folder.' });
    } else onSkip({ name: `${path}/${folder}`, reason: `${path}/${folder}: no images in this class.` });
  }
  if (filled.length === 0) throw noClasses(path);
  const folders = known ?? filled.map(({ folder }) => folder);
  const labelOf = new Map(folders.map((folder, label) => [folder, label]));
  const labels = filled.flatMap(({ folder, images }) => images.map(() => labelOf.get(folder) as number));
  return { folders, folderOf: (label) => `${path}/${folders[label]}`, names: filled.flatMap(({ images }) => images), labels: Uint32Array.from(labels) };
}

function noClasses(path: string): FormatError {
  return new FormatError({ code: 'FILE_EMPTY', message: `${path}: no class folders in it.`, help: 'give a folder with one folder of images a class.' });
}
