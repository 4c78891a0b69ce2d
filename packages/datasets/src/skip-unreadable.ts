import { FormatError } from '@convkit/tensor';

import { defineDataset, type Dataset, type Example } from './dataset.js';

/** An example whose file is not a good image. */
export interface UnreadableExample {
  /** Its place in the data set, from 0. */
  readonly index: number;
  /** {@link Dataset.nameOf} it. */
  readonly name: string;
  /** One sentence, which names the file. */
  readonly reason: string;
}

/** Choices of {@link skipUnreadable}. */
export interface SkipOptions {
  /** Told once for each example that cannot be read, when it is first asked for. */
  readonly onSkip?: (example: UnreadableExample) => void;
}

/**
 * The same data set, in which the next readable example in order takes the place of one that cannot be read (after the last comes the first), so that training goes on over bad files:
 * what stands at an index is the same whoever asks, and when. For judging it is not meant, for it counts the one in place twice.
 *
 * Only a FormatError is skipped, that is what `item` throws where a file is not a good image. If no example can be read, `item` throws the error of the one that was asked for.
 *
 * @example
 * ```ts
 * import { defineDataset, skipUnreadable } from '@convkit/datasets';
 * import { FormatError } from '@convkit/tensor';
 *
 * const data = defineDataset({ name: 'photos', split: 'train', length: 3, classes: ['a'], channels: 1 }, (i) => {
 *   if (i === 1) throw new FormatError({ code: 'FILE_CORRUPT', message: '1.jpg: no good image.' });
 *   return { image: { width: 1, height: 1, channels: 1, data: Uint8Array.of(i) }, label: 0 };
 * });
 * const skipping = skipUnreadable(data, { onSkip: ({ reason }) => console.log(reason) });
 * console.log((await skipping.item(1)).image.data[0]); // 1.jpg: no good image. 2
 * ```
 */
export function skipUnreadable(dataset: Dataset, { onSkip }: SkipOptions = {}): Dataset {
  const { name, split, length, classes, channels, width, height } = dataset;
  const about = { name, split, length, classes, channels, ...(width !== undefined && { width }), ...(height !== undefined && { height }) };
  const unreadable = new Map<number, FormatError>();

  const read = async (index: number): Promise<Example | undefined> => {
    if (unreadable.has(index)) return undefined;
    try {
      return await dataset.item(index);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      // Another call may have found it out in the meantime.
      if (!unreadable.has(index)) onSkip?.({ index, name: dataset.nameOf(index), reason: error.summary });
      unreadable.set(index, error);
      return undefined;
    }
  };

  return defineDataset({ ...about, nameOf: (index) => dataset.nameOf(index), hash: () => dataset.hash() }, async (index) => {
    for (let i = 0; i < length; i++) {
      const example = await read((index + i) % length);
      if (example !== undefined) return example;
    }
    throw unreadable.get(index) as FormatError;
  });
}
