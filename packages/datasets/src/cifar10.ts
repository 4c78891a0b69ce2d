import { FormatError } from '@convkit/tensor';

import { tarFiles, type LazyFile } from './archive.js';
import { readAll, type ByteSource, type ReadOptions } from './bytes.js';
import { cifarRecords, readNamed } from './cifar-records.js';
import { namesOf } from './class-names.js';
import type { Dataset, DatasetSplits, Split } from './dataset.js';

/** The classes of CIFAR-10 in label order, for archives that bring no `batches.meta.txt`. */
export const CIFAR10_CLASSES: readonly string[] = ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'];

/** Choices of {@link cifar10Dataset}. */
export interface Cifar10Options extends ReadOptions {
  /** Which part of the data the files are. */
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
export function cifar10Dataset({ classes = CIFAR10_CLASSES, ...options }: Cifar10Options): Promise<Dataset> {
  return cifarRecords({ ...options, name: 'cifar10', classes, labels: [classes.length], chosen: 0 });
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
  const found = await readNamed(files, /^(data_batch_\d{1,3}\.bin|test_batch\.bin|batches\.meta\.txt)(?=(\.gz)?$)/);
  const number = (base: string) => Number(/^data_batch_(\d+)/.exec(base)?.[1] ?? NaN);
  const batches = [...found].filter(([base]) => number(base) >= 0).sort(([a], [b]) => number(a) - number(b)).map(([, file]) => file);
  const test = found.get('test_batch.bin');
  const meta = found.get('batches.meta.txt');
  const missing = batches.length === 0 ? 'data_batch_1.bin' : 'test_batch.bin';
  if (batches.length === 0 || test === undefined) {
    throw new FormatError({
      code: 'FILE_MISSING',
      message: `${name}: no CIFAR-10 in it, for ${missing} is missing.`,
      help: 'give the archive cifar-10-binary.tar.gz or the folder cifar-10-batches-bin (the binary version).',
    });
  }
  const classes = meta === undefined ? [] : namesOf(await readAll(meta, options.maxBytes));
  const about = { ...options, ...(classes.length > 0 && { classes }) };
  return {
    train: await cifar10Dataset({ ...about, split: 'train', files: batches }),
    test: await cifar10Dataset({ ...about, split: 'test', files: [test] }),
  };
}
