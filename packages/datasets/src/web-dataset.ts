import { FormatError } from '@convkit/tensor';

import { DEFAULT_MAX_BYTES, readAll, tooLarge, type ByteSource, type ReadOptions } from './bytes.js';
import { classList } from './class-names.js';
import type { Dataset, DatasetSplits } from './dataset.js';
import { decodeImage, type DecodeOptions } from './decode-image.js';
import { kindOf, lastName, lazyFile, listFileNames } from './files.js';
import { imageDataset, type ImageDatasetOptions } from './image-dataset.js';
import { Allowance, plainAccess } from './plain-access.js';
import { fileAccess, readAhead, type RandomAccess } from './random-access.js';
import type { SkipPartOptions } from './skipped-part.js';
import { indexTar, type TarEntry } from './tar-index.js';

/** Choices of {@link openWebDataset}. */
export interface OpenWebDatasetOptions extends ReadOptions, DecodeOptions, SkipPartOptions, Pick<ImageDatasetOptions, 'concurrency'> {
  /** Class names in label order, or a list with one a line; default: of a list beside the shards, or else the labels themselves, up to the largest. */
  readonly classes?: readonly string[] | ByteSource;
}

/** Choices of {@link webDataset}. */
export interface WebDatasetOptions extends ReadOptions, SkipPartOptions, Pick<ImageDatasetOptions, 'name' | 'split' | 'decode' | 'concurrency'> {
  /** Tar archives in the order in which their samples are counted. Plain ones in files and blobs are read in place; compressed ones, and those that stream by, are held in memory. */
  readonly shards: readonly (RandomAccess | ByteSource)[];
  /** Class names in label order, or a list with one a line; default the labels themselves, up to the largest. */
  readonly classes?: readonly string[] | ByteSource;
  /** Most bytes that an image may have, and that all compressed shards together may unpack to; default 2^30 (1 GiB). */
  readonly maxBytes?: number;
}

/**
 * A data set from tar archives in WebDataset's convention: files that share their path up to the first dot of the base name are a sample. Its image ends in jpg, jpeg, png, webp, gif, tif, tiff
 * or avif; its label is the whole number in the file that ends in `cls`, or else `label` or `cls` of that in `json`. Other files beside them, and hidden ones, are passed over. The archives are indexed once, from header
 * to header; then sample i is read without the others. Source: github.com/webdataset/webdataset.
 *
 * A sample that has no label, two images or two labels, and files without an image beside them are an error, unless `onSkip` is told of each: then they are passed over.
 *
 * @throws FormatError naming shard and sample: `FILE_LABEL` (no label, or none of a class), `FILE_CORRUPT` (two images or labels, a file that is part of no sample; no good archive), `FILE_EMPTY`, and what reading
 * archives throws: `FILE_TRUNCATED`, `FILE_UNSUPPORTED`, `FILE_TOO_LARGE`.
 *
 * @example
 * ```ts
 * import { blobAccess, webDataset } from '@convkit/datasets';
 *
 * // In a browser each file of an <input type="file" multiple>, read in place.
 * const chosen = [new File([new Uint8Array(1024)], 'train-0.tar')];
 * const shards = chosen.map((file) => blobAccess(file.name, file));
 * const code = await webDataset({ name: 'photos', split: 'train', shards }).catch((error) => error.code);
 * console.log(code); // FILE_EMPTY
 * ```
 */
export async function webDataset(options: WebDatasetOptions): Promise<Dataset> {
  const samples = await indexSamples(options.shards, new Allowance(options.maxBytes), options);
  return sampleDataset(options, samples, await classesOf(options.classes, [samples]));
}

/**
 * A folder of tar shards in WebDataset's convention, in Node: `train*.tar`, and `val*.tar` (such as `validation-0.tar`) or else `test*.tar`, in the order of their names; also `.tar.gz` and `.tgz`, which
 * are unpacked in memory. Classes are called as a list `classes.txt`, `synsets.txt` or `synset_words.txt` beside them says, one a line in label order.
 *
 * @throws FormatError as {@link webDataset}; `FILE_MISSING` if there are no such shards, `FILE_UNREADABLE`.
 */
export async function openWebDataset(path: string, options: OpenWebDatasetOptions = {}): Promise<DatasetSplits> {
  const present = await listFileNames(path, /\.(tar|tar\.gz|tgz)$/);
  const called = (stem: string) => present.filter((name) => name.startsWith(stem));
  const parts = { train: called('train'), test: called('val').length > 0 ? called('val') : called('test') };
  for (const [split, names] of Object.entries(parts)) {
    if (names.length > 0) continue;
    throw new FormatError({
      code: 'FILE_MISSING',
      message: `${path}: no shards ${split === 'train' ? 'train*.tar' : 'val*.tar or test*.tar'} in it.`,
      values: { 'archives there': present.slice(0, 8).join(', ') || 'none' },
    });
  }
  const allowance = new Allowance(options.maxBytes);
  const open = async (names: readonly string[]) => indexSamples(await Promise.all(names.map((name) => fileAccess(`${path}/${name}`))), allowance, options);
  const [train, test] = [await open(parts.train), await open(parts.test)];
  const classes = await classesOf(options.classes ?? (await findList(path)), [train, test]);
  const about = { ...options, name: lastName(path), decode: (bytes: Uint8Array, file: string) => decodeImage(bytes, file, options) };
  return { train: sampleDataset({ ...about, split: 'train' }, train, classes), test: sampleDataset({ ...about, split: 'test' }, test, classes) };
}

/** Where the images of all samples are: a few numbers and a name each, for there may be a million. */
interface Samples {
  readonly shards: readonly RandomAccess[];
  /** Of each sample. */
  readonly shard: Uint32Array;
  readonly names: readonly string[];
  readonly at: Float64Array;
  readonly sizes: Float64Array;
  readonly labels: Uint32Array;
}

/** What matters of the files that share a key. */
interface Sample {
  /** What the first of them is called. */
  readonly first: string;
  image?: TarEntry;
  cls?: Label;
  json?: Label;
  /** What is there twice. */
  doubled?: string;
}

interface Label extends TarEntry {
  /** Undefined if what is there is no label. */
  readonly value: number | undefined;
  /** How it begins. */
  readonly text: string;
}

async function indexSamples(sources: readonly (RandomAccess | ByteSource)[], allowance: Allowance, { onSkip }: SkipPartOptions): Promise<Samples> {
  const shards: RandomAccess[] = [];
  const names: string[] = [];
  const found = { shard: [] as number[], at: [] as number[], sizes: [] as number[], labels: [] as number[] };
  for (const source of sources) {
    const shard = await plainAccess(source, allowance);
    for (const [key, sample] of await groupSamples(shard)) {
      const whole = wholeOf(sample);
      if (whole === undefined) {
        const error = faultOf(shard.name, key, sample);
        if (onSkip === undefined) throw error;
        onSkip({ name: `${shard.name}/${sample.first}`, reason: error.summary });
        continue;
      }
      const { image, label } = whole;
      found.shard.push(shards.length);
      names.push(image.name);
      found.at.push(image.at);
      found.sizes.push(image.size);
      found.labels.push(label);
    }
    shards.push(shard);
  }
  const [shard, labels] = [Uint32Array.from(found.shard), Uint32Array.from(found.labels)];
  return { shards, names, shard, labels, at: Float64Array.from(found.at), sizes: Float64Array.from(found.sizes) };
}

/** Image and label, if each is there, and once. */
function wholeOf({ image, cls, json, doubled }: Sample): { readonly image: TarEntry; readonly label: number } | undefined {
  const label = (cls ?? json)?.value;
  return doubled === undefined && image !== undefined && label !== undefined ? { image, label } : undefined;
}

/** What is wrong with files that are no sample. */
function faultOf(shard: string, key: string, { first, image, cls, json, doubled }: Sample): FormatError {
  const sample = `${shard}: sample ${JSON.stringify(key)}`;
  if (doubled !== undefined) return new FormatError({ code: 'FILE_CORRUPT', message: `${sample} has two ${doubled}.` });
  const label = cls ?? json;
  if (image === undefined) {
    const what = cls === undefined ? `${shard}: ${JSON.stringify(first)} is part of no sample, for there is no image beside it` : `${sample} has a label, but no image`;
    return new FormatError({ code: 'FILE_CORRUPT', message: `${what}.`, values: { images: 'jpg, jpeg, png, webp, gif, tif, tiff, avif' } });
  }
  return new FormatError({
    code: 'FILE_LABEL',
    message: `${sample} has ${label === undefined ? 'no label' : `${JSON.stringify(label.text)} as its label (at byte ${label.at})`}.`,
    help: 'a label is a whole number from 0 on, in KEY.cls or as "label" or "cls" in KEY.json.',
  });
}

const IMAGE = /^(jpe?g|png|webp|gif|tiff?|avif)$/;

async function groupSamples(shard: RandomAccess): Promise<Map<string, Sample>> {
  const samples = new Map<string, Sample>();
  // Small labels lie between headers, so most come with them.
  const reader = readAhead(shard);
  for await (const entry of indexTar(reader)) {
    const { name, at } = entry;
    const base = name.lastIndexOf('/') + 1;
    if (name.startsWith('.', base)) continue;
    // What has no extension is a sample of its own, and none.
    const dot = name.includes('.', base) ? name.indexOf('.', base) : name.length;
    const key = name.slice(0, dot);
    const extension = name.slice(dot + 1).toLowerCase();
    const sample: Sample = samples.get(key) ?? { first: name };
    samples.set(key, sample);
    const part = IMAGE.test(extension) ? 'image' : extension === 'cls' || extension === 'json' ? extension : undefined;
    if (part === undefined) continue;
    const before = sample[part];
    if (before !== undefined) {
      sample.doubled ??= `${part === 'image' ? 'images' : 'labels'}, ${JSON.stringify(before.name)} at byte ${before.at} and ${JSON.stringify(name)} at byte ${at}`;
    } else if (part === 'image') sample.image = entry;
    else sample[part] = await readLabel(reader, entry, part === 'cls' ? labelInText : labelInJson);
  }
  return samples;
}

/** A label is a few digits, but an annotation may be long. */
const MOST_LABEL_BYTES = 2 ** 20;

async function readLabel(shard: RandomAccess, entry: TarEntry, parse: (text: string) => number | undefined): Promise<Label> {
  if (entry.size > MOST_LABEL_BYTES) return { ...entry, value: undefined, text: `${entry.size} bytes` };
  const text = new TextDecoder().decode(await shard.read(entry.at, entry.size));
  return { ...entry, value: parse(text), text: text.slice(0, 40) };
}

function labelInText(text: string): number | undefined {
  return /^\s*\d{1,9}\s*$/.test(text) ? Number(text) : undefined;
}

function labelInJson(text: string): number | undefined {
  try {
    const { label, cls } = Object(JSON.parse(text)) as { readonly label?: unknown; readonly cls?: unknown };
    const value = label ?? cls;
    return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 1e9 ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Without a list, labels name their classes: more than these would be a mistake that takes memory. */
const MOST_UNNAMED = 100_000;

async function classesOf(given: readonly string[] | ByteSource | undefined, parts: readonly Samples[]): Promise<readonly string[]> {
  if (given !== undefined) return 'bytes' in given ? classList(given.name, await readAll(given)) : given;
  let most = 0;
  for (const part of parts) {
    for (const [i, label] of part.labels.entries()) {
      most = Math.max(most, label);
      if (label >= MOST_UNNAMED) {
        throw new FormatError({ code: 'FILE_LABEL', message: `${nameIn(part, i)}: label ${label}, but without a list of classes they go to ${MOST_UNNAMED - 1}.`, help: 'put classes.txt beside the shards.' });
      }
    }
  }
  return Array.from({ length: most + 1 }, (_, label) => String(label));
}

async function findList(path: string): Promise<ByteSource | undefined> {
  for (const list of ['classes.txt', 'synsets.txt', 'synset_words.txt']) {
    const name = `${path}/${list}`;
    if ((await kindOf(name)) === 'file') return { name, bytes: await lazyFile(name, 2 ** 24).read() };
  }
  return undefined;
}

function nameIn({ shards, shard, names }: Samples, index: number): string {
  return `${shards[shard[index]].name}/${names[index]}`;
}

function sampleDataset(options: Omit<WebDatasetOptions, 'shards' | 'classes'>, samples: Samples, classes: readonly string[]): Dataset {
  const { maxBytes = DEFAULT_MAX_BYTES } = options;
  const { shards, shard, at, sizes, labels } = samples;
  const file = (index: number) => {
    const name = nameIn(samples, index);
    const read = async () => {
      if (sizes[index] > maxBytes) throw tooLarge(name, maxBytes);
      return shards[shard[index]].read(at[index], sizes[index]);
    };
    return { name, label: labels[index], read };
  };
  return imageDataset({ ...options, classes, files: { length: labels.length, at: file } });
}
