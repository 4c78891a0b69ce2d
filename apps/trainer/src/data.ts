import { fashionMnist, loadFashionMnist } from '@convkit/dataset-fashion-mnist';
import { idxDataset, loadDataset, type DatasetSplits, type SkippedPart } from '@convkit/datasets';
import { OptionError } from '@convkit/tensor';
import { resolve } from 'node:path';
import { count } from './wording.js';

/** The data a run names, with paths made absolute, so that it can be found again from anywhere. @throws OptionError `NAME_UNKNOWN` */
export function resolveData(description: string): string {
  if (description === fashionMnist.name) return description;
  const [kind, ...rest] = description.split(':');
  const path = rest.join(':');
  if (!['cifar10', 'cifar100', 'idx', 'folder', 'ilsvrc', 'wds', 'shards'].includes(kind) || path === '') {
    throw new OptionError({
      code: 'NAME_UNKNOWN',
      message: `--data ${description} is not known: take fashion-mnist, cifar10:PATH, cifar100:PATH, idx:PATH, folder:PATH, ilsvrc:PATH, wds:PATH or shards:PATH.`,
      help: 'alexnet train --help shows an example of each.',
    });
  }
  return `${kind}:${resolve(path)}`;
}

/** A resolved description without the folders, for reports that others read. */
export function shortData(description: string): string {
  return description.replace(/[^:]*\//, '');
}

/** Whether data lie in memory once they are open. */
export function lieInMemory(description: string): boolean {
  return ['fashion-mnist', 'idx', 'cifar10', 'cifar100'].includes(description.split(':')[0]);
}

/** Parts of a source that are named when they are passed over; of more only the number is told. */
const namedParts = 20;

/**
 * Opens the data set of a resolved description.
 *
 * @param warn Is told what is passed over, counted and by name: class folders without images, samples of tar shards that are not whole, files that are there twice or for nothing. Without it the first is an error.
 * @throws FormatError naming the file
 */
export async function openData(description: string, warn?: (message: string) => void): Promise<DatasetSplits> {
  if (description !== fashionMnist.name) {
    if (warn === undefined) return loadDataset(description);
    let skipped = 0;
    const onSkip = ({ reason }: SkippedPart) => {
      if (++skipped <= namedParts) warn(`passed over (${skipped} so far): ${reason}`);
    };
    try {
      return await loadDataset(description, { onSkip });
    } finally {
      if (skipped > namedParts) warn(`passed over: ${count(skipped)} in all, of which the first ${namedParts} are named.`);
    }
  }
  const { train, test } = await loadFashionMnist();
  const { name, classes } = fashionMnist;
  return { train: await idxDataset({ name, classes, split: 'train', ...train }), test: await idxDataset({ name, classes, split: 'test', ...test }) };
}
