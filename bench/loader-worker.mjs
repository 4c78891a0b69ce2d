/** The threads of `loader.mjs`: with `workerData` a bare loop of decodes, without it a worker of a loader. */
import { readFile } from 'node:fs/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { prepareTrainingDataset, trainingRows } from '@convkit/alexnet';
import { fileAccess, openPrepared, parseSidecar, serveRows } from '@convkit/datasets';
import sharp from 'sharp';

/** @typedef {{ folder: string, preparation: import('@convkit/alexnet').Preparation, batch: number, seed: number }} Job */
/** @typedef {{ folder: string, shards: readonly string[], first: number, lanes: number }} Bare */

// In each thread that loads it, sharp begins to cache anew.
sharp.cache(false);

const port = /** @type {import('node:worker_threads').MessagePort} */ (parentPort);
/** @type {unknown} */
const given = workerData;
const bare = /** @type {Bare | null | undefined} */ (given);
if (bare === undefined || bare === null) {
  serveRows(port, async (description) => {
    const { folder, preparation, batch, seed } = /** @type {Job} */ (description);
    const { train } = await openPrepared(folder);
    return trainingRows(prepareTrainingDataset(train, preparation.recipe, preparation.format), preparation, batch, seed);
  });
} else {
  const { folder, shards, first, lanes } = bare;
  const places = await placesOf(folder, shards);
  port.on('message', (/** @type {number} */ seconds) => {
    const end = performance.now() + 1000 * seconds;
    let next = first % places.length;
    let decoded = 0;
    const lane = async () => {
      while (performance.now() < end) {
        const { tar, offset, size } = places[next];
        next = (next + 1) % places.length;
        await sharp(await tar.read(offset, size)).raw().toBuffer();
        decoded++;
      }
    };
    void Promise.all(Array.from({ length: lanes }, lane)).then(() => port.postMessage(decoded));
  });
  port.postMessage('ready');
}

/**
 * Where the JPEGs lie.
 *
 * @param {string} folder
 * @param {readonly string[]} shards
 */
async function placesOf(folder, shards) {
  const places = [];
  for (const shard of shards) {
    const tar = await fileAccess(`${folder}/${shard}`);
    const beside = `${folder}/${shard.replace(/tar$/, 'json')}`;
    for (const { offset, size } of parseSidecar(beside, await readFile(beside)).images) places.push({ tar, offset, size });
  }
  return places;
}
