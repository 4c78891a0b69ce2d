import { FormatError, OptionError } from '@convkit/tensor';

import type { ReadOptions } from './bytes.js';
import { cifar10Archive, cifar10Splits } from './cifar10.js';
import type { DatasetSplits, Split } from './dataset.js';
import { fileSource, kindOf, lazyFile, listFolder } from './files.js';
import { idxDataset } from './idx.js';
import { openImageFolder, type ImageFolderOptions } from './image-folder.js';

/** Choices of {@link loadDataset}. */
export type LoadOptions = ReadOptions & ImageFolderOptions;

/**
 * Opens a data set by its description, in Node:
 *
 * - `idx:PATH`: a folder with the four files of MNIST (`train-images-idx3-ubyte`, `t10k-labels-idx1-ubyte`, …), plain or `.gz`;
 * - `cifar10:PATH`: the binary version of CIFAR-10, as `.tar.gz`, `.tar` or the unpacked folder;
 * - `folder:PATH`: one folder of images a class ({@link openImageFolder}).
 *
 * @throws OptionError `NAME_UNKNOWN` if the description begins otherwise; FormatError if the files are not what they should be.
 *
 * @example
 * ```ts
 * import { loadDataset } from '@convkit/datasets';
 *
 * const missing = await loadDataset('cifar10:nowhere.tar.gz').catch((error) => error.code);
 * console.log(missing); // FILE_MISSING
 * ```
 */
export async function loadDataset(description: string, options: LoadOptions = {}): Promise<DatasetSplits> {
  const colon = description.indexOf(':');
  const path = description.slice(colon + 1);
  switch (path === '' ? '' : description.slice(0, Math.max(0, colon))) {
    case 'idx':
      return loadIdx(path, options);
    case 'cifar10':
      return loadCifar10(path, options);
    case 'folder':
      return openImageFolder(path, options);
    default:
      throw new OptionError({
        code: 'NAME_UNKNOWN',
        message: `loadDataset: ${JSON.stringify(description)} describes no data set.`,
        values: { known: 'idx:PATH, cifar10:PATH, folder:PATH' },
      });
  }
}

async function loadIdx(path: string, options: LoadOptions): Promise<DatasetSplits> {
  const present = await listFolder(path);
  const find = (split: string, part: string) => {
    const found = present.find((entry) => entry.kind === 'file' && new RegExp(`^${split}-${part}[.-]idx\\d-ubyte(\\.gz)?$`).test(entry.name));
    if (found !== undefined) return fileSource(found.path);
    throw new FormatError({
      code: 'FILE_MISSING',
      message: `${path}: no file ${split}-${part}-idx${part === 'images' ? 3 : 1}-ubyte or .gz in it.`,
      values: { 'files there': present.map((entry) => entry.name).slice(0, 8).join(', ') || 'none' },
    });
  };
  const open = (split: Split, stem: string) => idxDataset({ ...options, name: 'idx', split, images: find(stem, 'images'), labels: find(stem, 'labels') });
  const [train, test] = [await open('train', 'train'), await open('test', 't10k')];
  return { train, test };
}

async function loadCifar10(path: string, options: LoadOptions): Promise<DatasetSplits> {
  if ((await kindOf(path)) === 'file') return cifar10Archive(fileSource(path), options);
  const inner = `${path}/cifar-10-batches-bin`;
  const folder = (await kindOf(inner)) === 'folder' ? inner : path;
  const files = (await listFolder(folder)).filter((entry) => entry.kind === 'file');
  return cifar10Splits(path, files.map((entry) => lazyFile(entry.path, options.maxBytes)), options);
}
