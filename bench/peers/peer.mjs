/** What every peer script has in common: its arguments, its clock, and the one line that it prints. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { imageSize, images } from './network.mjs';

/** Where weights and models lie. */
export const cacheFolder = join(import.meta.dirname, '.cache');

/**
 * @typedef {object} Peer
 * @property {string} peer Name in the table.
 * @property {string} version
 * @property {number} threads Threads that really compute.
 * @property {string} [note] What is special: emulated operations, smaller batches.
 * @property {(count: number, pixels: Float32Array) => Promise<() => Promise<Float32Array>>} prepareForward
 *   Puts images `[count, 224, 224, 3]` where the peer wants them; the result computes their logits, as often as it is called.
 * @property {(count: number) => Promise<() => Promise<unknown>>} [prepareTraining] The result makes one training step on `count` images.
 * @property {{ forward?: number, training?: number, warmUp?: boolean }} [limits] Smaller batches for a slow peer, 0 leaves a figure out; `warmUp: false` counts the first call, too.
 */

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The last thing a failed process said on its error stream that reads like a reason. */
export function reasonOf(stderr, code) {
  const lines = stderr.split('\n').map((line) => line.trim()).filter((line) => line !== '');
  const reason = lines.findLast((line) => /^[\w.]*(Error|Exception|error)\b/.test(line)) ?? lines.find((line) => /rror/.test(line)) ?? lines.at(-1);
  return reason?.replace(/^[Ee]rror: /, '') ?? `it ended with code ${code}`;
}

/** Median milliseconds of `run`, after one call that does not count if `warmUp`: at least `least` calls, and more until `seconds` are over or `most` were made. */
async function timed(run, { least, most, seconds, warmUp = true }) {
  if (warmUp) await run();
  const times = [];
  const start = performance.now();
  while (times.length < least || (times.length < most && performance.now() - start < seconds * 1000)) {
    const before = performance.now();
    await run();
    times.push(performance.now() - before);
  }
  return median(times);
}

/**
 * Runs one peer as its own process: with `--check FILE` it writes the logits of the two check images to FILE, otherwise it measures. Either way it prints one line of JSON.
 *
 * @param {(options: { batch: number, threads: number }) => Promise<Peer>} open
 */
export async function runPeer(open) {
  const { values } = parseArgs({ options: { batch: { type: 'string', default: '32' }, threads: { type: 'string', default: '2' }, check: { type: 'string' } } });
  const batch = Number(values.batch);
  const { peer, version, threads, note = '', limits = {}, prepareForward, prepareTraining } = await open({ batch, threads: Number(values.threads) });
  const line = { peer, version, threads, note };
  if (values.check !== undefined) {
    const logits = await (await prepareForward(2, images(2)))();
    writeFileSync(values.check, new Uint8Array(Float32Array.from(logits).buffer));
  } else {
    const forwardBatch = Math.min(batch, limits.forward ?? batch);
    const trainBatch = Math.min(batch, limits.training ?? batch);
    if (forwardBatch > 0) {
      const forward = await prepareForward(forwardBatch, images(forwardBatch));
      line.forwardBatch = forwardBatch;
      line.forwardImagesPerSecond = (1000 * forwardBatch) / (await timed(forward, { least: 2, most: 10, seconds: 3 }));
      line.latencyMs = await timed(await prepareForward(1, images(1)), { least: 3, most: 20, seconds: 10 });
    }
    if (prepareTraining !== undefined && trainBatch > 0) {
      line.trainBatch = trainBatch;
      line.trainImagesPerSecond = (1000 * trainBatch) / (await timed(await prepareTraining(trainBatch), { least: 1, most: 3, seconds: 5, warmUp: limits.warmUp }));
    }
  }
  process.stdout.write(`${JSON.stringify(line)}\n`, () => {
    // Some peers keep workers that would hold the process.
    process.exit(0);
  });
}

/** Shape of `count` images. */
export const imageShape = (count) => [count, imageSize, imageSize, 3];
