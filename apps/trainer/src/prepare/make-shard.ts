import { prepareOrder, prepareShard, type DatasetSplits, type ShardSidecar } from '@convkit/datasets';
import { writeFiles } from './prepare-folder.js';
import { imagesOf, type PrepareSettings, type ShardPlace } from './prepare-settings.js';

/** What a thread that makes shards is told once. */
export interface MakeShardOptions {
  readonly settings: PrepareSettings;
  readonly folder: string;
  readonly strict: boolean;
  /** Counts images of all threads, in memory that they share. */
  readonly counter: Int32Array;
}

/** Makes one shard and writes its files. */
export async function makeShard(source: DatasetSplits, place: ShardPlace, { settings, folder, strict, counter }: MakeShardOptions): Promise<ShardSidecar> {
  const { size, quality, seed, shardImages } = settings;
  const { split, shard } = place;
  const first = shard * shardImages;
  const dataset = source[split];
  const indices = prepareOrder(split, dataset.length, seed).subarray(first, first + imagesOf(settings, place));
  const { files, sidecar } = await prepareShard(dataset, indices, { size, quality, shard, first, strict, onImage: () => Atomics.add(counter, 0, 1) });
  await writeFiles(folder, files);
  return sidecar;
}
