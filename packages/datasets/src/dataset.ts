import { OptionError } from '@convkit/tensor';
import type { Image } from '@convkit/data-aug';
import { hashContents } from './hash-contents.js';

/** Which part of the data: `train` teaches, `test` judges. */
export type Split = 'train' | 'test';

/** An image and the index of its class. */
export interface Example {
  /** Pixels of 0 to 255. */
  readonly image: Image;
  /** Index into {@link Dataset.classes}. */
  readonly label: number;
}

/**
 * Labelled images in a fixed order. Everything that reads images (training, evaluation, statistics) needs no more than this, so a data set of one's own
 * is an object with these members.
 */
export interface Dataset {
  /** Such as `cifar10`. */
  readonly name: string;
  /** Which part of the data it is. */
  readonly split: Split;
  /** How many examples there are. */
  readonly length: number;
  /** Class names in label order. */
  readonly classes: readonly string[];
  /** Of every image: 1 grey, 3 RGB. */
  readonly channels: number;
  /** Of every image; absent if images differ in size. */
  readonly width?: number;
  /** Of every image; absent if images differ in size. */
  readonly height?: number;
  /**
   * The example at `index`, 0 to `length - 1`: always the same one. Many may be asked for at once. The image is shared with the data set: read it, do not write to it.
   *
   * @throws OptionError `OPTION_INVALID` if there is no such index; FormatError if the file behind it is not a good image.
   */
  item(index: number): Promise<Example>;
  /** What an example is called where it comes from, such as the path of its file: for messages. */
  nameOf(index: number): string;
  /**
   * SHA-256 in hexadecimal over what the data set is: its classes, and label and content of every example in order. Reads all of it, unless the source keeps its hash.
   * Content is what is stored where the source has files of its own, so that equal pixels in files of two kinds have two hashes.
   */
  hash(): Promise<string>;
}

/** Both parts of a data set, with the same classes. */
export interface DatasetSplits {
  /** The part that teaches. */
  readonly train: Dataset;
  /** The part that judges. */
  readonly test: Dataset;
}

/** What {@link defineDataset} is told: everything but how to get an example. */
export type DatasetAbout = Omit<Dataset, 'item' | 'nameOf' | 'hash'> & {
  /** Default: name, part and index of the data set. */
  readonly nameOf?: Dataset['nameOf'];
  /** Default: over sizes and pixels of the images, which are all asked for. */
  readonly hash?: Dataset['hash'];
};

/** A data set whose examples come from a function that need not check its index. */
export function defineDataset(about: DatasetAbout, example: (index: number) => Example | Promise<Example>): Dataset {
  const dataset: Dataset = {
    nameOf: (index) => `${about.name}/${about.split} ${index}`,
    hash: () =>
      hashContents(about.classes, about.length, async (index) => {
        const { image, label } = await dataset.item(index);
        return { label, bytes: imageBytes(image) };
      }),
    ...about,
    async item(index) {
      if (!(Number.isSafeInteger(index) && index >= 0 && index < about.length)) {
        throw new OptionError({
          code: 'OPTION_INVALID',
          message: `${about.name}/${about.split}: item ${index} was asked for, but items go from 0 to ${about.length - 1}.`,
        });
      }
      return await example(index);
    },
  };
  return dataset;
}

/** What an image is, in bytes: height, width and channels as a text, then the pixels. */
export function imageBytes({ width, height, channels, data }: Image): Uint8Array {
  const size = new TextEncoder().encode(`${height}x${width}x${channels} `);
  const bytes = new Uint8Array(size.length + data.length);
  bytes.set(size);
  bytes.set(data, size.length);
  return bytes;
}
