import { FormatError, OptionError } from '@convkit/tensor';

import { cifar100Archive, cifar100Splits, type Cifar100ArchiveOptions } from './cifar100.js';
import { cifar10Archive, cifar10Splits } from './cifar10.js';
import type { DatasetSplits, Split } from './dataset.js';
import { fileSource, kindOf, lazyFile, listFolder } from './files.js';
import { idxDataset } from './idx.js';
import { openIlsvrc } from './ilsvrc.js';
import { openImageFolder, type ImageFolderOptions } from './image-folder.js';
import { openPrepared } from './open-prepared.js';
import { openWebDataset } from './web-dataset.js';

/** Choices of {@link loadDataset}. */
export type LoadOptions = Cifar100ArchiveOptions & ImageFolderOptions;

/**
 * Opens a data set by its description, in Node:
 *
 * - `idx:PATH`: a folder with the four files of MNIST (`train-images-idx3-ubyte`, `t10k-labels-idx1-ubyte`, …), plain or `.gz`;
 * - `cifar10:PATH`: the binary version of CIFAR-10, as `.tar.gz`, `.tar` or the unpacked folder;
 * - `cifar100:PATH`: the binary version of CIFAR-100, likewise;
 * - `folder:PATH`: one folder of images a class, or a `.tar` or `.tar.gz` of it ({@link openImageFolder});
 * - `ilsvrc:PATH`: ImageNet as ILSVRC-2012 hands it out ({@link openIlsvrc});
 * - `wds:PATH`: a folder of tar shards in WebDataset's convention ({@link openWebDataset});
 * - `shards:PATH`: data that `alexnet data prepare` made ({@link openPrepared}).
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
      return loadCifar(path, 'cifar-10-batches-bin', options, cifar10Archive, cifar10Splits);
    case 'cifar100':
      return loadCifar(path, 'cifar-100-binary', options, cifar100Archive, cifar100Splits);
    case 'folder':
      return openImageFolder(path, options);
    case 'ilsvrc':
      return openIlsvrc(path, options);
    case 'wds':
      return openWebDataset(path, options);
    case 'shards':
      return openPrepared(path, options);
    default:
      throw new OptionError({
        code: 'NAME_UNKNOWN',
        message: `loadDataset: ${JSON.stringify(description)} describes no data set.`,
        values: { known: 'idx:PATH, cifar10:PATH, cifar100:PATH, folder:PATH, ilsvrc:PATH, wds:PATH, shards:PATH' },
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

/** An archive, a folder of its files, or the folder above that. */
async function loadCifar(path: string, folder: string, options: LoadOptions, archive: typeof cifar100Archive, splits: typeof cifar100Splits): Promise<DatasetSplits> {
  if ((await kindOf(path)) === 'file') return archive(fileSource(path), options);
  const inner = `${path}/${folder}`;
  const files = (await listFolder((await kindOf(inner)) === 'folder' ? inner : path)).filter((entry) => entry.kind === 'file');
  return splits(path, files.map((entry) => lazyFile(entry.path, options.maxBytes)), options);
}
