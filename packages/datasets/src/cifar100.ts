import { FormatError, OptionError } from '@convkit/tensor';

import { tarFiles, type LazyFile } from './archive.js';
import { readAll, type ByteSource, type ReadOptions } from './bytes.js';
import { cifarRecords, readNamed } from './cifar-records.js';
import { namesOf } from './class-names.js';
import type { Dataset, DatasetSplits, Split } from './dataset.js';

/** The classes of CIFAR-100, `fine`, and the 20 groups of five that they make, `coarse`, each in label order, for archives that bring no lists of names. */
export const CIFAR100_CLASSES: Readonly<Record<'fine' | 'coarse', readonly string[]>> = {
  fine: [
    ...['apple', 'aquarium_fish', 'baby', 'bear', 'beaver', 'bed', 'bee', 'beetle', 'bicycle', 'bottle'],
    ...['bowl', 'boy', 'bridge', 'bus', 'butterfly', 'camel', 'can', 'castle', 'caterpillar', 'cattle'],
    ...['chair', 'chimpanzee', 'clock', 'cloud', 'cockroach', 'couch', 'crab', 'crocodile', 'cup', 'dinosaur'],
    ...['dolphin', 'elephant', 'flatfish', 'forest', 'fox', 'girl', 'hamster', 'house', 'kangaroo', 'keyboard'],
    ...['lamp', 'lawn_mower', 'leopard', 'lion', 'lizard', 'lobster', 'man', 'maple_tree', 'motorcycle', 'mountain'],
    ...['mouse', 'mushroom', 'oak_tree', 'orange', 'orchid', 'otter', 'palm_tree', 'pear', 'pickup_truck', 'pine_tree'],
    ...['plain', 'plate', 'poppy', 'porcupine', 'possum', 'rabbit', 'raccoon', 'ray', 'road', 'rocket'],
    ...['rose', 'sea', 'seal', 'shark', 'shrew', 'skunk', 'skyscraper', 'snail', 'snake', 'spider'],
    ...['squirrel', 'streetcar', 'sunflower', 'sweet_pepper', 'table', 'tank', 'telephone', 'television', 'tiger', 'tractor'],
    ...['train', 'trout', 'tulip', 'turtle', 'wardrobe', 'whale', 'willow_tree', 'wolf', 'woman', 'worm'],
  ],
  coarse: [
    ...['aquatic_mammals', 'fish', 'flowers', 'food_containers', 'fruit_and_vegetables', 'household_electrical_devices', 'household_furniture', 'insects'],
    ...['large_carnivores', 'large_man-made_outdoor_things', 'large_natural_outdoor_scenes', 'large_omnivores_and_herbivores', 'medium_mammals'],
    ...['non-insect_invertebrates', 'people', 'reptiles', 'small_mammals', 'trees', 'vehicles_1', 'vehicles_2'],
  ],
};

/** Choices of {@link cifar100Archive}. */
export interface Cifar100ArchiveOptions extends ReadOptions {
  /** Which of its two labels an image has: one of 100 classes (`fine`, the default) or one of 20 groups of them. */
  readonly labels?: 'fine' | 'coarse';
}

/** Choices of {@link cifar100Dataset}. */
export interface Cifar100Options extends Cifar100ArchiveOptions {
  /** Which part of the data the files are. */
  readonly split: Split;
  /** One or more files of records, plain or gzip, in the order in which they are counted. */
  readonly files: readonly ByteSource[];
  /** Default {@link CIFAR100_CLASSES}, those of the labels chosen. */
  readonly classes?: readonly string[];
}

/**
 * A data set from files of the CIFAR-100 binary version: records of 3,074 bytes, the coarse label, the fine label, then the red, green and blue planes of 32x32.
 * Source: the page of the data set, cs.toronto.edu/~kriz/cifar.html.
 * The files are held in memory as they are; an image is put together when it is asked for.
 *
 * @throws FormatError `FILE_TRUNCATED` (no whole number of records), `FILE_EMPTY`, `FILE_LABEL`, `FILE_CORRUPT` and `FILE_TOO_LARGE` of the gzip layer; OptionError `OPTION_INVALID`.
 *
 * @example
 * ```ts
 * import { cifar100Dataset } from '@convkit/datasets';
 *
 * const record = Uint8Array.from({ length: 3074 }, (_, i) => (i === 0 ? 11 : i === 1 ? 19 : 128));
 * const cattle = await cifar100Dataset({ split: 'train', files: [{ name: 'train.bin', bytes: record }] });
 * console.log(cattle.classes[(await cattle.item(0)).label]); // cattle
 * ```
 */
export async function cifar100Dataset({ labels = 'fine', ...options }: Cifar100Options): Promise<Dataset> {
  if (!Object.hasOwn(CIFAR100_CLASSES, labels)) {
    throw new OptionError({ code: 'OPTION_INVALID', message: `cifar100: labels is ${JSON.stringify(labels)}, but must be 'fine' or 'coarse'.` });
  }
  const classes = options.classes ?? CIFAR100_CLASSES[labels];
  const counts = labels === 'coarse' ? [classes.length, CIFAR100_CLASSES.fine.length] : [CIFAR100_CLASSES.coarse.length, classes.length];
  return cifarRecords({ ...options, name: 'cifar100', classes, labels: counts, chosen: labels === 'coarse' ? 0 : 1 });
}

/**
 * Both parts of CIFAR-100 from the official archive (`cifar-100-binary.tar.gz`, or the `.tar` in it), which is read as it streams: 184 MB are held, nothing is written.
 *
 * @throws FormatError as {@link cifar100Dataset}; `FILE_CORRUPT` if it is no good archive, `FILE_MISSING` if it lacks `train.bin` or `test.bin`.
 */
export function cifar100Archive(source: ByteSource, options: Cifar100ArchiveOptions = {}): Promise<DatasetSplits> {
  return cifar100Splits(source.name, tarFiles(source, options.maxBytes), options);
}

/** Sorts the files of the binary version, whatever their folder, into its two parts. */
export async function cifar100Splits(name: string, files: AsyncIterable<LazyFile> | Iterable<LazyFile>, options: Cifar100ArchiveOptions): Promise<DatasetSplits> {
  const found = await readNamed(files, /^(train\.bin|test\.bin|(fine|coarse)_label_names\.txt)(?=(\.gz)?$)/);
  const [train, test] = [found.get('train.bin'), found.get('test.bin')];
  if (train === undefined || test === undefined) {
    throw new FormatError({
      code: 'FILE_MISSING',
      message: `${name}: no CIFAR-100 in it, for ${train === undefined ? 'train.bin' : 'test.bin'} is missing.`,
      help: 'give the archive cifar-100-binary.tar.gz or the folder cifar-100-binary (the binary version).',
    });
  }
  const list = found.get(`${options.labels ?? 'fine'}_label_names.txt`);
  const classes = list === undefined ? [] : namesOf(await readAll(list, options.maxBytes));
  const about = { ...options, ...(classes.length > 0 && { classes }) };
  return {
    train: await cifar100Dataset({ ...about, split: 'train', files: [train] }),
    test: await cifar100Dataset({ ...about, split: 'test', files: [test] }),
  };
}
