import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { unpackError, type DatasetSplits, type PackedError } from '@convkit/datasets';
import { makeShard, type MakeShardOptions } from './make-shard.js';
import type { ShardPlace } from './prepare-settings.js';

/** What a worker says of the shard that it was given. */
export type ShardAnswer = { readonly images: number; readonly skipped: number } | { readonly error: PackedError };

/** Makes one shard after the other. */
export interface ShardMaker {
  make(place: ShardPlace): Promise<{ readonly images: number; readonly skipped: number }>;
  close(): Promise<void>;
}

/** Makes shards in this thread. */
export function localMaker(source: DatasetSplits, options: MakeShardOptions): ShardMaker {
  return {
    async make(place) {
      const { images, skipped } = await makeShard(source, place, options);
      return { images: images.length, skipped: skipped.length };
    },
    close: () => Promise.resolve(),
  };
}

/** Makes shards in a thread of its own, which opens the source by its description. */
export function threadMaker(options: MakeShardOptions): ShardMaker {
  // The worker's script lies beside this one in every build.
  const worker = new Worker(new URL(`./prepare-worker${extname(fileURLToPath(import.meta.url))}`, import.meta.url), { workerData: options });
  let waiting: { resolve(answer: ShardAnswer): void; reject(error: Error): void } | undefined;
  let dead: Error | undefined;
  const fail = (error: Error) => {
    dead ??= error;
    waiting?.reject(dead);
  };
  worker.on('message', (answer: ShardAnswer) => waiting?.resolve(answer));
  worker.on('error', fail);
  worker.on('exit', (code) => fail(new Error(`a worker ended with exit code ${code}`)));
  return {
    async make(place) {
      if (dead !== undefined) throw dead;
      const answer = await new Promise<ShardAnswer>((resolve, reject) => {
        waiting = { resolve, reject };
        worker.postMessage(place);
      });
      if ('error' in answer) throw unpackError(answer.error);
      return answer;
    },
    async close() {
      await worker.terminate();
    },
  };
}
