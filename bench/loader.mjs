/**
 * What making batches costs: images a second of the loader against a bare loop of decodes with the same number of threads, in turn; and how much slower training is with the loader
 * than on one batch held in memory, in turn. Rates suffer from other work on the machine; the processor time of an image, told beside them, hardly does.
 * The loader's first batch is first held to the one that a single thread makes.
 */
import { readdir } from 'node:fs/promises';
import { extname } from 'node:path';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { buildNetwork, findRecipe, prepareData, recipeOptimiser, recipeSchedule, trainingRows } from '@convkit/alexnet';
import { batchesOf, openLoader, openPrepared } from '@convkit/datasets';
import { openCpuDevice } from '@convkit/kernels-cpu';
import { train } from '@convkit/training';
import sharp from 'sharp';

/** @typedef {import('@convkit/training').BatchSource} BatchSource */

/** Updates at the beginning of a turn that the turn before still bears on: the loader fills its slots, and updates are told when the next one has been begun. */
const UNSTEADY = 3;

const HELP = `node bench/loader.mjs FOLDER [options]   (after npm run build)

  FOLDER           of \`alexnet data prepare\`
  --recipe NAME    how images are augmented (default: alexnet-2012-as-coded)
  --batch N        images in a batch (default: 128)
  --workers N      threads of the loader, and of the bare loop (default: 2)
  --lanes N        decodes that each thread of the bare loop has under way: 4, as the loader's (default), fill all cores whatever the threads; 1 is one after the other
  --seconds S      of each turn (default: 10)
  --rounds N       turns of each (default: 5)
  --steps N        instead, train on the device cpu: updates of each turn, more than 3; the first 3 are not counted
  --json           one JSON line instead of text
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    recipe: { type: 'string', default: 'alexnet-2012-as-coded' },
    batch: { type: 'string', default: '128' },
    workers: { type: 'string', default: '2' },
    lanes: { type: 'string', default: '4' },
    seconds: { type: 'string', default: '10' },
    rounds: { type: 'string', default: '5' },
    steps: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
const [folder] = positionals;
if (values.help || folder === undefined) {
  console.log(HELP);
  process.exit(values.help ? 0 : 2);
}

const [batch, workers, lanes, seconds, rounds] = [values.batch, values.workers, values.lanes, values.seconds, values.rounds].map(Number);
const seed = 1;
const script = new URL(`./loader-worker${extname(import.meta.url)}`, import.meta.url);
sharp.cache(false);
const { data, preparation } = await prepareData(findRecipe(values.recipe), await openPrepared(folder));
const rows = trainingRows(data.train, preparation, batch, seed);
const loader = openLoader({ source: rows, workers, description: { folder, preparation, batch, seed }, start: () => new Worker(script) });

const plain = await batchesOf(rows).batch(0, 0);
const made = await loader.batch(0, 0);
for (const part of /** @type {const} */ (['x', 'targets'])) {
  if (!made[part].data.every((value, i) => value === plain[part].data[i])) throw new Error(`the loader's ${part} are not those of one thread`);
}
if (values.steps === undefined) await againstDecodes();
else await againstHeldBatch(Number(values.steps));
await loader.close();

async function againstDecodes() {
  const shards = (await readdir(folder)).filter((name) => /^train-.*\.tar$/.test(name)).sort();
  const threads = await Promise.all(
    Array.from({ length: workers }, async (_, i) => {
      const thread = new Worker(script, { workerData: { folder, shards, lanes, first: Math.floor((i * data.train.length) / workers) } });
      await answerOf(thread);
      return thread;
    }),
  );
  let step = 1;
  const next = async () => {
    await loader.batch(Math.floor(step / rows.batchesPerEpoch), step % rows.batchesPerEpoch);
    step++;
  };
  const turns = [];
  for (let round = 0; round < rounds; round++) {
    const bareTime = processorTime();
    const counts = await Promise.all(
      threads.map((thread) => {
        thread.postMessage(seconds);
        return answerOf(thread);
      }),
    );
    const decodes = counts.reduce((sum, count) => sum + count, 0);
    const bare = decodes / seconds;
    const bareMs = bareTime() / decodes;
    // What was made ahead while nobody asked is not counted.
    for (let i = 0; i < 4; i++) await next();
    const began = performance.now();
    const loadedTime = processorTime();
    let batches = 0;
    for (; performance.now() - began < 1000 * seconds; batches++) await next();
    const loaded = (1000 * batch * batches) / (performance.now() - began);
    const loadedMs = loadedTime() / (batch * batches);
    turns.push({ bare, loaded, ratio: loaded / bare, bareMs, loadedMs, msRatio: bareMs / loadedMs });
    if (!values.json) {
      console.log(`decodes ${bare.toFixed(0)}/s, augmented ${loaded.toFixed(0)}/s: ${(100 * loaded / bare).toFixed(1)} %; processor time of an image ${bareMs.toFixed(3)} and ${loadedMs.toFixed(3)} ms: ${(100 * bareMs / loadedMs).toFixed(1)} %`);
    }
  }
  await Promise.all(threads.map((thread) => thread.terminate()));
  tell({ workers, lanes, batch, ...medians(turns) });
}

/**
 * One training in which turns of the loader stand between turns of the held batch and are compared with the mean of both, so that a machine that gets faster or slower meanwhile matters less.
 *
 * @param {number} steps
 */
async function againstHeldBatch(steps) {
  const device = await openCpuDevice();
  const { recipe, format } = preparation;
  const network = buildNetwork(recipe.network, format);
  const held = await batchesOf(rows).batch(0, 0);
  const turnOf = (/** @type {number} */ step) => Math.floor(step / steps);
  let asked = 0;
  /** @type {BatchSource} */
  const source = {
    batchesPerEpoch: rows.batchesPerEpoch,
    async batch(epoch, index) {
      if (turnOf(epoch * rows.batchesPerEpoch + index) % 2 === 0) return held;
      asked++;
      return loader.batch(Math.floor(asked / rows.batchesPerEpoch), asked % rows.batchesPerEpoch);
    },
  };
  /** @type {{ rate: number, waited: number, ms: number }[]} one of the held batch, one of the loader, and so on */
  const turns = [];
  const results = [];
  /** @type {[held: number[], loaded: number[]]} milliseconds of the updates that count */
  const updates = [[], []];
  const images = batch * (steps - UNSTEADY);
  let [time, waited] = [0, 0];
  let spent = processorTime();
  // The first two warm up.
  for await (const event of train({ device, network, source, optimiser: recipeOptimiser(recipe), schedule: recipeSchedule(recipe), steps: (2 * rounds + 3) * steps, seed })) {
    if (event.type !== 'step') continue;
    const place = (event.step - 1) % steps;
    if (place === UNSTEADY - 1) {
      [time, waited] = [0, 0];
      spent = processorTime();
    }
    if (place < UNSTEADY) continue;
    time += batch / event.imagesPerSecond;
    waited += event.dataSeconds;
    if (event.step > 2 * steps) updates[turnOf(event.step - 1) % 2].push((1000 * batch) / event.imagesPerSecond);
    if (place < steps - 1) continue;
    turns.push({ rate: images / time, waited: waited / time, ms: spent() / images });
    if (turns.length < 5 || turns.length % 2 === 0) continue;
    const [before, own, after] = turns.slice(-3);
    const [rate, ms] = [2 / (1 / before.rate + 1 / after.rate), (before.ms + after.ms) / 2];
    results.push({ held: rate, loaded: own.rate, ratio: own.rate / rate, waited: own.waited, heldMs: ms, loadedMs: own.ms, msRatio: ms / own.ms });
    if (!values.json) {
      console.log(`held batch ${rate.toFixed(2)} images/s, loader ${own.rate.toFixed(2)}: ${(100 * own.rate / rate).toFixed(1)} %, waiting for data ${(100 * own.waited).toFixed(1)} %; processor time of an image ${ms.toFixed(1)} and ${own.ms.toFixed(1)} ms: ${(100 * ms / own.ms).toFixed(1)} %`);
    }
  }
  await device.destroy();
  // Other work on the machine only ever adds to a time: the fast ones tell most of the program.
  const [heldQuarter, loadedQuarter] = updates.map((times) => times.sort((a, b) => a - b)[times.length >> 2]);
  tell({ workers, batch, steps, ...medians(results), heldQuarter, loadedQuarter, quarterRatio: heldQuarter / loadedQuarter });
}

/** @param {Worker} thread @returns {Promise<number>} what it says next; before the first turn that it is ready */
function answerOf(thread) {
  return new Promise((resolve, reject) => {
    thread.once('message', resolve);
    thread.once('error', reject);
  });
}

/** Starts to count. @returns {() => number} milliseconds that all threads have been on a processor since */
function processorTime() {
  const since = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(since);
    return (user + system) / 1000;
  };
}

/** @param {readonly Record<string, number>[]} turns */
function medians(turns) {
  return Object.fromEntries(Object.keys(turns[0]).map((name) => [name, turns.map((turn) => turn[name]).sort((a, b) => a - b)[turns.length >> 1]]));
}

/** @param {Record<string, number>} result */
function tell(result) {
  console.log(values.json ? JSON.stringify(result) : `median: ${Object.entries(result).map(([name, value]) => `${name} ${Number(value.toPrecision(4))}`).join(', ')}`);
}
