import { FormatError } from '@convkit/tensor';

import { tarFiles, type LazyFile } from './archive.js';
import { readAll, type ByteSource, type ReadOptions } from './bytes.js';
import { defineDataset, type Dataset, type DatasetSplits, type Split } from './dataset.js';

/** The classes of CIFAR-10 in label order, for archives that bring no `batches.meta.txt`. */
export const CIFAR10_CLASSES: readonly string[] = ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'];

const SIDE = 32;
const PLANE = SIDE * SIDE;
/** A record is a label, then 32x32 bytes each of red, green and blue. */
const RECORD = 1 + 3 * PLANE;

/** Choices of {@link cifar10Dataset}. */
export interface Cifar10Options extends ReadOptions {
  readonly split: Split;
  /** One or more files of records, plain or gzip, in the order in which they are counted. */
  readonly files: readonly ByteSource[];
  /** Default {@link CIFAR10_CLASSES}. */
  readonly classes?: readonly string[];
}

/**
 * A data set from files of the CIFAR-10 binary version: records of 3,073 bytes, the label, then the red, green and blue planes.
 * Source: Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009, and the page of the data set.
 * The files are held in memory as they are; an image is put together when it is asked for.
 *
 * @throws FormatError `FILE_TRUNCATED` (no whole number of records), `FILE_EMPTY`, `FILE_LABEL`, `FILE_CORRUPT` and `FILE_TOO_LARGE` of the gzip layer.
 */
export async function cifar10Dataset(options: Cifar10Options): Promise<Dataset> {
  const { split, classes = CIFAR10_CLASSES } = options;
  const files: Uint8Array[] = [];
  for (const file of options.files) {
    const bytes = await readAll(file, options.maxBytes);
    assertRecords(bytes, file.name, classes.length);
    files.push(bytes);
  }
  const length = files.reduce((sum, file) => sum + file.length / RECORD, 0);
  if (length === 0) throw new FormatError({ code: 'FILE_EMPTY', message: `cifar10/${split}: no record in ${options.files.map((file) => file.name).join(', ') || 'no file'}.` });
  return defineDataset({ name: 'cifar10', split, length, classes: [...classes], channels: 3, width: SIDE, height: SIDE }, (index) => {
    let file = 0;
    let at = index * RECORD;
    while (at >= files[file].length) at -= files[file++].length;
    const record = files[file];
    const data = new Uint8Array(3 * PLANE);
    for (let i = 0; i < PLANE; i++) {
      data[3 * i] = record[at + 1 + i];
      data[3 * i + 1] = record[at + 1 + PLANE + i];
      data[3 * i + 2] = record[at + 1 + 2 * PLANE + i];
    }
    return { image: { width: SIDE, height: SIDE, channels: 3, data }, label: record[at] };
  });
}

/**
 * Both parts of CIFAR-10 from the official archive (`cifar-10-binary.tar.gz`, or the `.tar` in it), which is read as it streams: 184 MB are held, nothing is written.
 *
 * @throws FormatError as {@link cifar10Dataset}; `FILE_CORRUPT` if it is no good archive, `FILE_MISSING` if it lacks `data_batch_N.bin` or `test_batch.bin`.
 */
export function cifar10Archive(source: ByteSource, options: ReadOptions = {}): Promise<DatasetSplits> {
  return cifar10Splits(source.name, tarFiles(source, options.maxBytes), options);
}

/** Sorts the files of the binary version, whatever their folder, into its two parts. */
export async function cifar10Splits(name: string, files: AsyncIterable<LazyFile> | Iterable<LazyFile>, options: ReadOptions): Promise<DatasetSplits> {
  const train = new Map<number, ByteSource>();
  let test: ByteSource | undefined;
  let classes: readonly string[] | undefined;
  for await (const file of files) {
    const base = file.name.slice(file.name.lastIndexOf('/') + 1);
    const batch = /^data_batch_(\d{1,3})\.bin$/.exec(base);
    if (batch !== null) train.set(Number(batch[1]), { name: file.name, bytes: await file.read() });
    else if (base === 'test_batch.bin') test = { name: file.name, bytes: await file.read() };
    else if (base === 'batches.meta.txt') classes = linesOf(await file.read());
  }
  const missing = train.size === 0 ? 'data_batch_1.bin' : test === undefined ? 'test_batch.bin' : undefined;
  if (missing !== undefined || test === undefined) {
    throw new FormatError({
      code: 'FILE_MISSING',
      message: `${name}: no CIFAR-10 in it, for ${missing} is missing.`,
      help: 'give the archive cifar-10-binary.tar.gz or the folder cifar-10-batches-bin (the binary version).',
    });
  }
  const about = { ...options, ...(classes?.length ? { classes } : {}) };
  const batches = [...train].sort(([a], [b]) => a - b).map(([, file]) => file);
  return {
    train: await cifar10Dataset({ ...about, split: 'train', files: batches }),
    test: await cifar10Dataset({ ...about, split: 'test', files: [test] }),
  };
}

function assertRecords(bytes: Uint8Array, name: string, classes: number): void {
  if (bytes.length % RECORD !== 0) {
    throw new FormatError({
      code: 'FILE_TRUNCATED',
      message: `${name}: ends at byte ${bytes.length}, within record ${Math.floor(bytes.length / RECORD)}; a record has ${RECORD} bytes.`,
      help: 'the file is torn or of another format: get it again.',
    });
  }
  for (let at = 0; at < bytes.length; at += RECORD) {
    if (bytes[at] < classes) continue;
    throw new FormatError({
      code: 'FILE_LABEL',
      message: `${name}: label ${bytes[at]} at byte ${at} (record ${at / RECORD}), but there are ${classes} classes (0 to ${classes - 1}).`,
    });
  }
}

function linesOf(bytes: Uint8Array): string[] {
  return new TextDecoder()
    .decode(bytes)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
