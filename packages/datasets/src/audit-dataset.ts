import { FormatError, sha256 } from '@convkit/tensor';

import { imageBytes, type Dataset, type DatasetSplits, type Split } from './dataset.js';
import type { UnreadableExample } from './skip-unreadable.js';

/** Where an example is. */
export interface ExamplePlace {
  /** Which part of the data it is in. */
  readonly split: Split;
  /** Its place in that part, from 0. */
  readonly index: number;
  /** Index of its class. */
  readonly label: number;
  /** See `Dataset.nameOf`. */
  readonly name: string;
}

/** What {@link auditDataset} finds. */
export interface DatasetAudit {
  /** Readable examples of each class, in label order. */
  readonly counts: Readonly<Record<Split, readonly number[]>>;
  /** Examples that cannot be read, and why. */
  readonly unreadable: readonly (UnreadableExample & {
    /** Which part of the data it is in. */
    readonly split: Split;
  })[];
  /** Examples whose pixels are those of an earlier one (training comes first), beside it. */
  readonly duplicates: readonly {
    /** The earliest with these pixels. */
    readonly first: ExamplePlace;
    /** A later one. */
    readonly again: ExamplePlace;
  }[];
}

/** What {@link auditDataset} is told. */
export interface AuditOptions {
  /** Told now and then how many of the examples of both parts are seen, in the end all of them. */
  readonly onProgress?: (examples: number, of: number) => void;
}

/** Examples asked for at once. */
const AHEAD = 64;

/**
 * Looks at every image of a data set for what spoils training and judgement: files that cannot be read, pictures that are there twice, classes that are rare or missing.
 * Reads everything once; holds a few images and a digest of each.
 *
 * @throws what `Dataset.item` throws beside FormatError.
 *
 * @example
 * ```ts
 * import { auditDataset, defineDataset } from '@convkit/datasets';
 *
 * const about = { name: 'grey', length: 2, classes: ['a', 'b'], channels: 1, width: 1, height: 1 } as const;
 * const part = (split: 'train' | 'test') => defineDataset({ ...about, split }, (i) => ({ image: { width: 1, height: 1, channels: 1, data: new Uint8Array([i]) }, label: i }));
 * const { duplicates } = await auditDataset({ train: part('train'), test: part('test') });
 * console.log(duplicates.length); // 2
 * ```
 */
export async function auditDataset(splits: DatasetSplits, { onProgress }: AuditOptions = {}): Promise<DatasetAudit> {
  const counts: Record<Split, number[]> = { train: [], test: [] };
  const unreadable: DatasetAudit['unreadable'][number][] = [];
  const duplicates: DatasetAudit['duplicates'][number][] = [];
  const seen = new Map<string, ExamplePlace>();
  const of = splits.train.length + splits.test.length;
  let examples = 0;
  for (const dataset of [splits.train, splits.test]) {
    const { split, length, classes } = dataset;
    const count = (counts[split] = new Array<number>(classes.length).fill(0));
    for (let first = 0; first < length; first += AHEAD) {
      const indices = Array.from({ length: Math.min(AHEAD, length - first) }, (_, i) => first + i);
      for (const found of await Promise.all(indices.map((index) => look(dataset, index)))) {
        if ('reason' in found) {
          unreadable.push(found);
          continue;
        }
        const { digest, place } = found;
        count[place.label]++;
        const earlier = seen.get(digest);
        if (earlier === undefined) seen.set(digest, place);
        else duplicates.push({ first: earlier, again: place });
      }
      examples += indices.length;
      onProgress?.(examples, of);
    }
  }
  return { counts, unreadable, duplicates };
}

async function look(dataset: Dataset, index: number): Promise<{ digest: string; place: ExamplePlace } | DatasetAudit['unreadable'][number]> {
  const { split } = dataset;
  const name = dataset.nameOf(index);
  try {
    const { image, label } = await dataset.item(index);
    return { digest: await sha256(imageBytes(image)), place: { split, index, label, name } };
  } catch (error) {
    if (error instanceof FormatError) return { split, index, name, reason: error.summary };
    throw error;
  }
}

/** A class with so many times the examples of another counts as out of balance. */
const OUT_OF_BALANCE = 3;
/** Names given as examples in a sentence. */
const NAMED = 3;

/**
 * What an audit has to say, one sentence a fault; none if nothing is wrong.
 *
 * @param classes Names in label order.
 */
export function auditFindings({ counts, unreadable, duplicates }: DatasetAudit, classes: readonly string[]): readonly string[] {
  const findings: string[] = [];
  if (unreadable.length > 0) findings.push(`${images(unreadable.length)} cannot be read: ${some(unreadable.map(({ name, reason }) => `${reason.includes(name) ? '' : `${name}: `}${reason.replace(/\.$/, '')}`))}.`);
  for (const split of ['train', 'test'] as const) {
    const count = counts[split];
    const missing = classes.filter((_, label) => count[label] === 0);
    if (missing.length > 0) findings.push(`${split}: no image of ${some(missing)}.`);
    const present = count.flatMap((number, label) => (number > 0 ? [{ number, label }] : [])).sort((a, b) => a.number - b.number);
    const [least, most] = [present.at(0), present.at(-1)];
    if (least === undefined || most === undefined || most.number < OUT_OF_BALANCE * least.number) continue;
    findings.push(`${split}: out of balance: ${images(most.number)} of ${classes[most.label]}, ${images(least.number)} of ${classes[least.label]}.`);
  }
  const across = duplicates.filter(({ first, again }) => first.split !== again.split);
  if (across.length > 0) findings.push(`${images(across.length)} of the test part ${across.length === 1 ? 'is' : 'are'} among the training images: ${some(across.map(pair))}.`);
  const contrary = duplicates.filter(({ first, again }) => first.label !== again.label);
  if (contrary.length > 0) findings.push(`the same picture in two classes, ${contrary.length} times: ${some(contrary.map(pair))}.`);
  const inside = duplicates.filter(({ first, again }) => first.split === again.split && first.label === again.label);
  if (inside.length > 0) findings.push(`${images(inside.length)} ${inside.length === 1 ? 'is' : 'are'} there twice within a class: ${some(inside.map(pair))}.`);
  return findings;
}

function pair({ first, again }: DatasetAudit['duplicates'][number]): string {
  return `${again.name} is ${first.name}`;
}

function images(number: number): string {
  return `${number} ${number === 1 ? 'image' : 'images'}`;
}

function some(names: readonly string[]): string {
  return [...names.slice(0, NAMED), ...(names.length > NAMED ? [`${names.length - NAMED} more`] : [])].join('; ');
}
