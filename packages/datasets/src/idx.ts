import { FormatError } from '@convkit/tensor';

import { ByteReader, DEFAULT_MAX_BYTES, openStream, tooLarge, type ByteSource, type ReadOptions } from './bytes.js';
import { defineDataset, type Dataset, type Split } from './dataset.js';

/** The content of an IDX file of unsigned bytes. */
export interface IdxArray {
  /** Sizes of the axes, such as `[images, rows, columns]`. */
  readonly shape: readonly number[];
  /** Row-major, last axis contiguous. */
  readonly data: Uint8Array;
}

/**
 * Reads an IDX file of unsigned bytes, plain or gzip: two zero bytes, the type 0x08, the number of axes, one big-endian 32-bit size per axis, the data.
 * Source: LeCun, Cortes, Burges, "The MNIST database", file formats.
 *
 * @throws FormatError `FILE_MAGIC`, `FILE_UNSUPPORTED` (another type), `FILE_TRUNCATED`, `FILE_SIZE` (more data than the header promises), `FILE_TOO_LARGE`, `FILE_CORRUPT` (gzip).
 *
 * @example
 * ```ts
 * import { readIdx } from '@convkit/datasets';
 *
 * const labels = await readIdx({ name: 'labels', bytes: new Uint8Array([0, 0, 8, 1, 0, 0, 0, 3, 9, 0, 4]) });
 * console.log(labels.shape, labels.data.join()); // [ 3 ] 9,0,4
 * ```
 */
export async function readIdx(source: ByteSource, options: ReadOptions = {}): Promise<IdxArray> {
  const { name } = source;
  const { maxBytes = DEFAULT_MAX_BYTES } = options;
  const reader = new ByteReader(name, await openStream(source, maxBytes));
  try {
    const head = await reader.read(4, 'the header');
    if (head[0] !== 0 || head[1] !== 0) {
      throw new FormatError({ code: 'FILE_MAGIC', message: `${name}: no IDX file.`, values: { 'at byte 0': hex(head), expected: '00 00 08, then the number of axes' } });
    }
    if (head[2] !== 8) {
      throw new FormatError({ code: 'FILE_UNSUPPORTED', message: `${name}: IDX type 0x${hex(head.subarray(2, 3))} at byte 2, but only unsigned bytes (0x08) are read.` });
    }
    const axes = head[3];
    const sizes = new DataView((await reader.read(4 * axes, `the header of ${axes} axes`)).buffer);
    const shape = Array.from({ length: axes }, (_, axis) => sizes.getUint32(4 * axis));
    const length = shape.reduce((product, size) => product * size, 1);
    if (length > maxBytes) throw tooLarge(name, maxBytes);
    const data = await reader.read(length, `the data of ${shape.join(' x ')}`);
    await reader.expectEnd();
    return { shape, data };
  } finally {
    await reader.close();
  }
}

/** Choices of {@link idxDataset}. */
export interface IdxOptions extends ReadOptions {
  /** What the data set is called, such as `mnist`. */
  readonly name: string;
  /** Which part of the data the files are. */
  readonly split: Split;
  /** IDX of three axes (images, rows, columns) or of four (…, channels: 1 or 3), plain or gzip. */
  readonly images: ByteSource;
  /** IDX of one axis, plain or gzip. */
  readonly labels: ByteSource;
  /** Class names in label order; default `0`, `1`, … up to the largest label. */
  readonly classes?: readonly string[];
}

/**
 * A data set from an IDX pair: MNIST, Fashion-MNIST and the like. All of it is held in memory, unpacked.
 *
 * @throws FormatError as {@link readIdx}; `FILE_SIZE` if images and labels are not equally many, `FILE_EMPTY`, `FILE_LABEL`.
 *
 * @example
 * ```ts
 * import { idxDataset } from '@convkit/datasets';
 *
 * const images = new Uint8Array([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 10, 20, 30, 40]);
 * const labels = new Uint8Array([0, 0, 8, 1, 0, 0, 0, 2, 1, 0]);
 * const tiny = await idxDataset({ name: 'tiny', split: 'train', images: { name: 'images', bytes: images }, labels: { name: 'labels', bytes: labels } });
 * const { image, label } = await tiny.item(0);
 * console.log(label, image.data.join()); // 1 10,20
 * ```
 */
export async function idxDataset(options: IdxOptions): Promise<Dataset> {
  const images = await readIdx(options.images, options);
  const labels = await readIdx(options.labels, options);
  const [length, height, width, channels = 1] = images.shape;
  if ((images.shape.length !== 3 && images.shape.length !== 4) || (channels !== 1 && channels !== 3)) {
    throw new FormatError({
      code: 'FILE_UNSUPPORTED',
      message: `${options.images.name}: axes ${images.shape.join(' x ')}, but images have 3 axes (images, rows, columns) or 4 with 1 or 3 channels last.`,
    });
  }
  if (labels.shape.length !== 1) {
    throw new FormatError({ code: 'FILE_UNSUPPORTED', message: `${options.labels.name}: axes ${labels.shape.join(' x ')}, but labels have 1 axis.` });
  }
  if (labels.shape[0] !== length) {
    throw new FormatError({ code: 'FILE_SIZE', message: `${options.labels.name}: ${labels.shape[0]} labels, but ${options.images.name} has ${length} images.` });
  }
  const size = height * width * channels;
  if (length * size === 0) throw new FormatError({ code: 'FILE_EMPTY', message: `${options.images.name}: axes ${images.shape.join(' x ')} hold no pixel.` });
  const classes = options.classes ?? Array.from({ length: labels.data.reduce((most, label) => Math.max(most, label), 0) + 1 }, (_, label) => String(label));
  const wrong = labels.data.findIndex((label) => label >= classes.length);
  if (wrong >= 0) {
    throw new FormatError({
      code: 'FILE_LABEL',
      message: `${options.labels.name}: label ${labels.data[wrong]} at byte ${8 + wrong}, but there are ${classes.length} classes (0 to ${classes.length - 1}).`,
    });
  }
  return defineDataset({ name: options.name, split: options.split, length, classes: [...classes], channels, width, height }, (index) => ({
    image: { width, height, channels, data: images.data.subarray(index * size, (index + 1) * size) },
    label: labels.data[index],
  }));
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
}
