import { createHash } from 'node:crypto';
import type { Dataset, DatasetSplits, Split } from '@convkit/datasets';
import sharp from 'sharp';
import { openData } from '../data.js';

/** All that decides the bytes of prepared data. */
export interface PrepareSettings {
  /** Resolved description of the source. */
  readonly data: string;
  readonly images: Readonly<Record<Split, number>>;
  /** SHA-256 over classes and names of the source's images, by which a source that changed is known. */
  readonly names: string;
  readonly size: number;
  readonly quality: number;
  readonly seed: number;
  readonly shardImages: number;
  /** Versions of what decodes and encodes. */
  readonly sharp: string;
}

/** A shard: which one of which part. */
export interface ShardPlace {
  readonly split: Split;
  readonly shard: number;
}

/** What the command line decides. */
export type PrepareChoices = Pick<PrepareSettings, 'size' | 'quality' | 'seed' | 'shardImages'>;

const splits = ['train', 'test'] as const;

/** Opens the source; its images are named from its own folder on, so that shards tell nothing of the machine on which they were made. */
export async function openSource(data: string, warn?: (message: string) => void): Promise<DatasetSplits> {
  const { train, test } = await openData(data, warn);
  const path = data.slice(data.indexOf(':') + 1);
  const fromThere = (dataset: Dataset): Dataset => ({
    ...dataset,
    nameOf(index) {
      const name = dataset.nameOf(index);
      return name.startsWith(`${path}/`) ? name.slice(path.length + 1) : name;
    },
  });
  return { train: fromThere(train), test: fromThere(test) };
}

/** The settings of a preparation of a source. */
export function prepareSettings(data: string, source: DatasetSplits, { size, quality, seed, shardImages }: PrepareChoices): PrepareSettings {
  const names = createHash('sha256').update(JSON.stringify(source.train.classes));
  for (const split of splits) for (let i = 0; i < source[split].length; i++) names.update(`\n${source[split].nameOf(i)}`);
  return {
    data,
    images: { train: source.train.length, test: source.test.length },
    names: names.digest('hex'),
    size,
    quality,
    seed,
    shardImages,
    sharp: `${sharp.versions.sharp} with libvips ${sharp.versions.vips}`,
  };
}

/** How many shards each part has. */
export function shardCounts({ images, shardImages }: PrepareSettings): Record<Split, number> {
  return { train: Math.ceil(images.train / shardImages), test: Math.ceil(images.test / shardImages) };
}

/** All shards, in the order in which they are made. */
export function shardPlaces(settings: PrepareSettings): ShardPlace[] {
  const counts = shardCounts(settings);
  return splits.flatMap((split) => Array.from({ length: counts[split] }, (_, shard) => ({ split, shard })));
}

/** Images of the source that go into a shard. */
export function imagesOf({ images, shardImages }: PrepareSettings, { split, shard }: ShardPlace): number {
  return Math.min(shardImages, images[split] - shard * shardImages);
}
