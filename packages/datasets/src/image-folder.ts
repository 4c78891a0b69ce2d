import type { Image } from '@convkit/data-aug';
import { FormatError, OptionError } from '@convkit/tensor';

import { decodeImage, type DecodeOptions } from './decode-image.js';
import { defineDataset, type Dataset, type DatasetSplits, type Split } from './dataset.js';
import { kindOf, lazyFile, listFolder } from './files.js';
import type { LazyFile } from './archive.js';
import { hashContents } from './hash-contents.js';

/** An image file and its class. */
export interface ImageFile extends LazyFile {
  readonly label: number;
}

/** Choices of {@link imageDataset}. */
export interface ImageDatasetOptions {
  readonly name: string;
  readonly split: Split;
  readonly classes: readonly string[];
  readonly files: readonly ImageFile[];
  /** Bytes to RGB image; default {@link decodeImage}, which needs Node and sharp. */
  readonly decode?: (bytes: Uint8Array, name: string) => Promise<Image>;
  /** Most files read and decoded at a time, however many items are asked for; default 4. */
  readonly concurrency?: number;
}

/** Choices of {@link openImageFolder}. */
export interface ImageFolderOptions extends DecodeOptions, Pick<ImageDatasetOptions, 'concurrency'> {
  /** Most bytes that an image file may have; default 2^30. */
  readonly maxBytes?: number;
}

/**
 * A data set of RGB images that are read and decoded when they are asked for, and differ in size.
 *
 * @throws FormatError `FILE_EMPTY` if there are no files, `FILE_LABEL` if a label is not the index of a class; OptionError `OPTION_INVALID`.
 */
export function imageDataset(options: ImageDatasetOptions): Dataset {
  const { name, split, classes, files, decode = decodeImage, concurrency = 4 } = options;
  if (!(Number.isSafeInteger(concurrency) && concurrency >= 1)) {
    throw new OptionError({ code: 'OPTION_INVALID', message: `imageDataset: concurrency is ${concurrency}, but must be a whole number of at least 1.` });
  }
  if (files.length === 0) throw new FormatError({ code: 'FILE_EMPTY', message: `${name}/${split}: there are no images.` });
  const wrong = files.find((file) => classes[file.label] === undefined);
  if (wrong !== undefined) {
    throw new FormatError({ code: 'FILE_LABEL', message: `${wrong.name}: label ${wrong.label}, but there are ${classes.length} classes (0 to ${classes.length - 1}).` });
  }
  const oneOfFew = limit(concurrency);
  const nameOf = (index: number) => files[index].name;
  const hash = () => hashContents(classes, files.length, async (index) => ({ label: files[index].label, bytes: await files[index].read() }));
  return defineDataset({ name, split, length: files.length, classes: [...classes], channels: 3, nameOf, hash }, (index) =>
    oneOfFew(async () => {
      const file = files[index];
      return { image: await decode(await file.read(), file.name), label: file.label };
    }),
  );
}

/**
 * A folder with one folder of images a class, in Node. With a folder `train` in it, that is the training part and `val` (or else `test`) the test part; without,
 * every tenth image of each class, by name, is kept back as the test part. Classes and files are ordered by the code units of their names; hidden files and files
 * of other kinds are passed over. Images are decoded when they are asked for ({@link decodeImage}).
 *
 * @throws FormatError `FILE_MISSING` (the folder, or the test part), `FILE_EMPTY` (a class without images), `FILE_CLASS` (a test class that training does not have), `FILE_UNREADABLE`.
 */
export async function openImageFolder(path: string, options: ImageFolderOptions = {}): Promise<DatasetSplits> {
  const name = path.split(/[\\/]/).filter(Boolean).at(-1) ?? path;
  const open = (split: Split, classes: readonly string[], files: readonly ImageFile[]) =>
    imageDataset({ ...options, name, split, classes, files, decode: (bytes, file) => decodeImage(bytes, file, options) });

  if ((await kindOf(`${path}/train`)) === 'folder') {
    const judge = (await kindOf(`${path}/val`)) === 'folder' ? 'val' : 'test';
    if ((await kindOf(`${path}/${judge}`)) !== 'folder') {
      throw new FormatError({ code: 'FILE_MISSING', message: `${path}: no folder val or test beside train.`, help: 'move some images of each class into val/CLASS.' });
    }
    const train = await indexClasses(`${path}/train`, options.maxBytes);
    const test = await indexClasses(`${path}/${judge}`, options.maxBytes);
    const unknown = test.classes.find((name) => !train.classes.includes(name));
    if (unknown !== undefined) {
      throw new FormatError({
        code: 'FILE_CLASS',
        message: `${path}/${judge}/${unknown}: a class that ${path}/train does not have.`,
        help: `move the folder away, or add ${path}/train/${unknown}.`,
      });
    }
    const relabelled = test.files.map((file) => ({ ...file, label: train.classes.indexOf(test.classes[file.label]) }));
    return { train: open('train', train.classes, train.files), test: open('test', train.classes, relabelled) };
  }

  const { classes, files } = await indexClasses(path, options.maxBytes);
  const seen = new Array<number>(classes.length).fill(0);
  const kept = files.map((file) => ++seen[file.label] % 10 === 0);
  if (!kept.includes(true)) {
    throw new FormatError({
      code: 'FILE_MISSING',
      message: `${path}: no test part, for no class has ten images.`,
      help: `make folders ${path}/train and ${path}/val, each with one folder a class.`,
    });
  }
  return {
    train: open('train', classes, files.filter((_, i) => !kept[i])),
    test: open('test', classes, files.filter((_, i) => kept[i])),
  };
}

const EXTENSION = /\.(jpe?g|png|webp|gif|tiff?|avif)$/i;

async function indexClasses(path: string, maxBytes: number | undefined): Promise<{ classes: string[]; files: ImageFile[] }> {
  const folders = (await listFolder(path)).filter((entry) => entry.kind === 'folder');
  if (folders.length === 0) {
    throw new FormatError({ code: 'FILE_EMPTY', message: `${path}: no class folders in it.`, help: 'give a folder with one folder of images a class.' });
  }
  const files: ImageFile[] = [];
  for (const [label, folder] of folders.entries()) {
    const images = (await listFolder(folder.path)).filter((entry) => entry.kind === 'file' && EXTENSION.test(entry.name));
    if (images.length === 0) {
      throw new FormatError({ code: 'FILE_EMPTY', message: `${folder.path}: no images in this class.`, help: 'add images (jpg, png, webp, gif, tif, avif) or remove the folder.' });
    }
    for (const image of images) files.push({ ...lazyFile(image.path, maxBytes), label });
  }
  return { classes: folders.map((folder) => folder.name), files };
}

/** Lets at most `most` pieces of work run; the others wait their turn. */
function limit(most: number): <T>(work: () => Promise<T>) => Promise<T> {
  let free = most;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (free > 0) free--;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free++;
      else next();
    }
  };
}
