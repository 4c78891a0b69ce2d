import type { Image } from '@convkit/data-aug';
import { FormatError, OptionError } from '@convkit/tensor';

import type { LazyFile } from './archive.js';
import { decodeImage } from './decode-image.js';
import { defineDataset, type Dataset, type Split } from './dataset.js';
import { hashContents } from './hash-contents.js';

/** An image file and its class. */
export interface ImageFile extends LazyFile {
  /** Index of its class. */
  readonly label: number;
}

/** Image files by number: an array is one; for a million files, something that makes each when it is asked for from what little must be kept of it. */
export interface ImageFiles {
  /** How many there are. */
  readonly length: number;
  /** From 0 to `length - 1`, always the same. */
  at(index: number): ImageFile | undefined;
}

/** Choices of {@link imageDataset}. */
export interface ImageDatasetOptions {
  /** What the data set is called, such as `photos`. */
  readonly name: string;
  /** Which part of the data the files are. */
  readonly split: Split;
  /** Class names in label order. */
  readonly classes: readonly string[];
  /** An array, or {@link ImageFiles}. */
  readonly files: ImageFiles;
  /** Bytes to RGB image; default {@link decodeImage}, which in Node needs sharp. */
  readonly decode?: (bytes: Uint8Array, name: string) => Promise<Image>;
  /** Most files read and decoded at a time, however many items are asked for; default 4. */
  readonly concurrency?: number;
}

/**
 * A data set of RGB images that are read and decoded when they are asked for, and differ in size.
 *
 * @throws FormatError `FILE_EMPTY` if there are no files, `FILE_LABEL` if a label is not the index of a class; OptionError `OPTION_INVALID`.
 */
export function imageDataset(options: ImageDatasetOptions): Dataset {
  const { name, split, classes, files, decode = decodeImage, concurrency = 4 } = options;
  const { length } = files;
  if (!(Number.isSafeInteger(concurrency) && concurrency >= 1)) {
    throw new OptionError({ code: 'OPTION_INVALID', message: `imageDataset: concurrency is ${concurrency}, but must be a whole number of at least 1.` });
  }
  if (length === 0) throw new FormatError({ code: 'FILE_EMPTY', message: `${name}/${split}: there are no images.` });
  const fileAt = (index: number) => files.at(index) as ImageFile;
  for (let index = 0; index < length; index++) {
    const { label, name: file } = fileAt(index);
    if (classes[label] !== undefined) continue;
    throw new FormatError({ code: 'FILE_LABEL', message: `${file}: label ${label}, but there are ${classes.length} classes (0 to ${classes.length - 1}).` });
  }
  const oneOfFew = limit(concurrency);
  const nameOf = (index: number) => fileAt(index).name;
  const contentOf = async (index: number) => {
    const file = fileAt(index);
    return { label: file.label, bytes: await file.read() };
  };
  return defineDataset({ name, split, length, classes: [...classes], channels: 3, nameOf, hash: () => hashContents(classes, length, contentOf) }, (index) =>
    oneOfFew(async () => {
      const file = fileAt(index);
      return { image: await decode(await file.read(), file.name), label: file.label };
    }),
  );
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
