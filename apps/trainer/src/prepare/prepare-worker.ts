import { parentPort, workerData } from 'node:worker_threads';
import { packError } from '@convkit/datasets';
import { makeShard, type MakeShardOptions } from './make-shard.js';
import { openSource, type ShardPlace } from './prepare-settings.js';
import type { ShardAnswer } from './shard-makers.js';

/** The thread behind `threadMaker`: opens the source with its first shard, answers each shard once. */
const options = workerData as MakeShardOptions;
let source: ReturnType<typeof openSource> | undefined;

async function answer(place: ShardPlace): Promise<ShardAnswer> {
  try {
    source ??= openSource(options.settings.data, options.strict ? undefined : () => undefined);
    const { images, skipped } = await makeShard(await source, place, options);
    return { images: images.length, skipped: skipped.length };
  } catch (error) {
    return { error: packError(error) };
  }
}

parentPort?.on('message', (place: ShardPlace) => {
  void answer(place).then((said) => parentPort?.postMessage(said));
});
