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

const HELP = `node bench/loader.mjs FOLDER [options]   (after npm run build)

  FOLDER           of \`alexnet data prepare\`
  --recipe NAME    how images are augmented (default: alexnet-2012-as-coded)
  --batch N        images in a batch (default: 128)
  --workers N      threads of the loader, and of the bare loop (default: 2)
  --lanes N        decodes that each thread of the bare loop has under way: 4, as the loader's (default), fill all cores whatever the threads; 1 is one after the other
  --seconds S      of each turn (default: 10)
  --rounds N       turns of each (default: 5)
  --steps N        instead, train on the device cpu: updates of each turn, at least 2
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

/** @param {number} steps */
async function againstHeldBatch(steps) {
  const device = await openCpuDevice();
  const { recipe, format } = preparation;
  const network = buildNetwork(recipe.network, format);
  const held = await batchesOf(rows).batch(0, 0);
  /** @param {BatchSource} source */
  const speed = async (source) => {
    let images = 0;
    let time = 0;
    let waited = 0;
    let spent = () => 0;
    for await (const event of train({ device, network, source, optimiser: recipeOptimiser(recipe), schedule: recipeSchedule(recipe), steps, seed })) {
      // The first update warms up, and its batch was not made while another one ran.
      if (event.type !== 'step') continue;
      if (event.step === 1) {
        spent = processorTime();
        continue;
      }
      images += batch;
      time += batch / event.imagesPerSecond;
      waited += event.dataSeconds;
    }
    return { rate: images / time, waited: waited / time, ms: spent() / images };
  };
  const turns = [];
  for (let round = 0; round <= rounds; round++) {
    const one = await speed({ batchesPerEpoch: rows.batchesPerEpoch, batch: async () => held });
    const all = await speed(loader);
    // The first turn warms up: its held batch would make the loader look good.
    if (round === 0) continue;
    turns.push({ held: one.rate, loaded: all.rate, ratio: all.rate / one.rate, waited: all.waited, heldMs: one.ms, loadedMs: all.ms, msRatio: one.ms / all.ms });
    if (!values.json) console.log(`held batch ${one.rate.toFixed(2)} images/s, loader ${all.rate.toFixed(2)}: ${(100 * all.rate / one.rate).toFixed(1)} %, waiting for data ${(100 * all.waited).toFixed(1)} %; processor time of an image ${one.ms.toFixed(1)} and ${all.ms.toFixed(1)} ms`);
  }
  await device.destroy();
  tell({ workers, batch, steps, ...medians(turns) });
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
