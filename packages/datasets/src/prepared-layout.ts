import type { PixelTotals, Rgb } from '@convkit/data-aug';
import { FormatError } from '@convkit/tensor';

import type { DatasetStatistics } from './dataset-statistics.js';
import type { Split } from './dataset.js';
import { JsonPlace } from './prepared-json.js';

/** Version of the layout that is written, and the only one that is read. */
const LAYOUT = 1;

/** Rows and columns that an image may have. */
export const MOST_PIXELS_A_SIDE = 2048;
/** Images that a shard may have: it is put together in memory. */
export const MOST_IMAGES_A_SHARD = 10_000;

/** An image in a shard. */
export interface ShardImage {
  /** Name of its entries in the tar, without the ending. */
  readonly key: string;
  /** What it was called in the source. */
  readonly name: string;
  /** Index of its class. */
  readonly label: number;
  /** First byte of the JPEG in the tar. */
  readonly offset: number;
  /** Bytes of the JPEG. */
  readonly size: number;
  /** SHA-256 of the JPEG, in hexadecimal. */
  readonly sha256: string;
}

/** An image that could not be read. */
export interface SkippedImage {
  /** What it was called in the source. */
  readonly name: string;
  /** Why it could not be read, in one sentence, its name left out. */
  readonly reason: string;
}

/** What is written beside a shard, as JSON: all that the index needs to know of it. */
export interface ShardSidecar {
  /** Size of the tar. */
  readonly bytes: number;
  /** Those in the tar, in its order. */
  readonly images: readonly ShardImage[];
  /** Those that would be there if they could be read. */
  readonly skipped: readonly SkippedImage[];
  /** Of the pixels of all images, as they are decoded again. */
  readonly totals: PixelTotals;
}

/** A shard as the index names it. */
export interface PreparedShard {
  /** Name of the tar, such as `train-000000.tar`. */
  readonly file: string;
  /** How many images are in it. */
  readonly images: number;
  /** Size of the tar. */
  readonly bytes: number;
}

/** One part of prepared data. */
export interface PreparedPart {
  /** How many images are in all shards together. */
  readonly images: number;
  /** Images of the source that could not be read. */
  readonly skipped: number;
  /** `Dataset.hash` of the part. */
  readonly hash: string;
  /** In the order of the images. */
  readonly shards: readonly PreparedShard[];
}

/** What is written as `index.json`. */
export interface PreparedIndex {
  /** What the data set is called. */
  readonly name: string;
  /** Class names in label order. */
  readonly classes: readonly string[];
  /** Rows and columns of every image. */
  readonly size: number;
  /** Of the JPEGs, 1 to 100. */
  readonly quality: number;
  /** Both parts, by name. */
  readonly parts: Readonly<Record<Split, PreparedPart>>;
  /** Of the training images; the mean image is a file of its own. */
  readonly statistics: Required<Omit<DatasetStatistics, 'meanImage'>>;
}

/** A file of prepared data, to be written. */
export interface NewFile {
  /** Its name in the folder. */
  readonly name: string;
  /** All of its content. */
  readonly bytes: Uint8Array;
}

/** Names of the files that a folder of prepared data has once. */
export const INDEX_FILE = 'index.json';
export const MEAN_IMAGE_FILE = 'mean-image.f32';

/** Name of a shard, without its ending: `.tar`, `.json` for what is known of it, `.sums` for the sums of each value over its images (training part only). */
export function shardStem(split: Split, shard: number): string {
  return `${split}-${String(shard).padStart(6, '0')}`;
}

const SHA256 = /^[0-9a-f]{64}$/;

/** A sidecar as text, an image a line. */
export function formatSidecar({ bytes, images, skipped, totals }: ShardSidecar): string {
  return `{\n"layout": ${LAYOUT},\n"bytes": ${bytes},\n"totals": ${JSON.stringify(totals)},\n"images": ${linesOf(images)},\n"skipped": ${linesOf(skipped)}\n}\n`;
}

/**
 * @param file For messages.
 * @throws FormatError `FILE_CORRUPT`, `FILE_UNSUPPORTED` (another layout)
 */
export function parseSidecar(file: string, content: Uint8Array): ShardSidecar {
  const json = JsonPlace.parse(file, content);
  assertLayout(file, json);
  const bytes = json.member('bytes').whole(0);
  const images = json.member('images').list(0, MOST_IMAGES_A_SHARD).map((image): ShardImage => {
    const offset = image.member('offset').whole(0, bytes);
    return {
      key: image.member('key').text(),
      name: image.member('name').text(),
      label: image.member('label').whole(0, 2 ** 32 - 1),
      offset,
      size: image.member('size').whole(1, bytes - offset),
      sha256: image.member('sha256').text(SHA256),
    };
  });
  const skipped = json.member('skipped').list().map((image) => ({ name: image.member('name').text(), reason: image.member('reason').text() }));
  const totals = json.member('totals');
  const sums = (name: string, length: number) => totals.member(name).list(length, length).map((sum) => sum.whole(0));
  return { bytes, images, skipped, totals: { pixels: totals.member('pixels').whole(0), sums: sums('sums', 3), products: sums('products', 6) } };
}

/** An index as text. */
export function formatIndex({ name, classes, size, quality, parts, statistics }: PreparedIndex): string {
  return `${JSON.stringify({ layout: LAYOUT, name, classes, size, quality, parts, statistics }, undefined, 1)}\n`;
}

/**
 * @param file For messages.
 * @throws FormatError `FILE_CORRUPT`, `FILE_UNSUPPORTED` (another layout)
 */
export function parseIndex(file: string, content: Uint8Array): PreparedIndex {
  const json = JsonPlace.parse(file, content);
  assertLayout(file, json);
  const parts = json.member('parts');
  const statistics = json.member('statistics');
  const three = (place: JsonPlace, least: number): Rgb => {
    const [red, green, blue] = place.list(3, 3).map((value) => value.number(least, 255));
    return [red, green, blue];
  };
  const pca = statistics.member('pca');
  const [first, second, third] = pca.member('axes').list(3, 3).map((axis) => three(axis, -255));
  return {
    name: json.member('name').text(),
    classes: json.member('classes').list(1).map((name) => name.text()),
    size: json.member('size').whole(1, MOST_PIXELS_A_SIDE),
    quality: json.member('quality').whole(1, 100),
    parts: { train: parsePart(parts.member('train'), 'train'), test: parsePart(parts.member('test'), 'test') },
    statistics: {
      mean: three(statistics.member('mean'), 0),
      deviation: three(statistics.member('deviation'), 0),
      pca: { deviations: three(pca.member('deviations'), 0), axes: [first, second, third] },
    },
  };
}

function parsePart(part: JsonPlace, split: Split): PreparedPart {
  const shards = part.member('shards').list(1).map((shard, number): PreparedShard => {
    const file = shard.member('file');
    // No other name, and so no path that leads elsewhere.
    if (file.text() !== `${shardStem(split, number)}.tar`) throw file.wrong(JSON.stringify(`${shardStem(split, number)}.tar`));
    return { file: file.text(), images: shard.member('images').whole(0, MOST_IMAGES_A_SHARD), bytes: shard.member('bytes').whole(0) };
  });
  const sum = shards.reduce((total, shard) => total + shard.images, 0);
  if (sum === 0) throw part.member('shards').wrong('shards with images in them');
  return { images: part.member('images').whole(sum, sum), skipped: part.member('skipped').whole(0), hash: part.member('hash').text(SHA256), shards };
}

function assertLayout(file: string, json: JsonPlace): void {
  const layout = json.member('layout').whole(1);
  if (layout === LAYOUT) return;
  throw new FormatError({ code: 'FILE_UNSUPPORTED', message: `${file}: layout ${layout}, but only layout ${LAYOUT} is read.`, help: 'prepare the data again, or read it with a newer version.' });
}

function linesOf(values: readonly object[]): string {
  return values.length === 0 ? '[]' : `[\n${values.map((value) => JSON.stringify(value)).join(',\n')}\n]`;
}

/** Exact sums of each value over the images of a shard, as a file: unsigned 32-bit numbers, little-endian, row by row as in an image. */
export function formatSums(sums: Float64Array): Uint8Array {
  const bytes = new Uint8Array(4 * sums.length);
  const view = new DataView(bytes.buffer);
  sums.forEach((sum, i) => view.setUint32(4 * i, sum, true));
  return bytes;
}

/** Adds such a file to sums. @throws FormatError `FILE_SIZE` */
export function addSums(file: string, bytes: Uint8Array, sums: Float64Array): void {
  assertBytes(file, bytes, 4 * sums.length);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  for (let i = 0; i < sums.length; i++) sums[i] += view.getUint32(4 * i, true);
}

/** The mean image as a file: 32-bit floats, little-endian, row by row as in an image. */
export function formatMeanImage(data: Float32Array): Uint8Array {
  const bytes = new Uint8Array(4 * data.length);
  const view = new DataView(bytes.buffer);
  data.forEach((value, i) => view.setFloat32(4 * i, value, true));
  return bytes;
}

/** @throws FormatError `FILE_SIZE`, `FILE_CORRUPT` (a value that no mean of bytes has) */
export function parseMeanImage(file: string, bytes: Uint8Array, length: number): Float32Array {
  assertBytes(file, bytes, 4 * length);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const data = Float32Array.from({ length }, (_, i) => view.getFloat32(4 * i, true));
  const wrong = data.findIndex((value) => !(value >= 0 && value <= 255));
  if (wrong >= 0) throw new FormatError({ code: 'FILE_CORRUPT', message: `${file}: ${data[wrong]} at byte ${4 * wrong}, but a mean lies from 0 to 255.`, help: 'prepare the data again.' });
  return data;
}

function assertBytes(file: string, bytes: Uint8Array, expected: number): void {
  if (bytes.length === expected) return;
  throw new FormatError({ code: 'FILE_SIZE', message: `${file}: ${bytes.length} bytes, but it should have ${expected}.`, help: 'prepare the data again.' });
}

