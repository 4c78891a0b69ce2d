/**
 * Trains for thousands of updates in this process, with every reader attached, and measures at equal distances what it holds: tensors and bytes on the device, heap after a full collection,
 * resident memory, file descriptors and other handles. A leak is a slope.
 */
import { readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openHostDevice } from '@convkit/tensor';
import { writeSmallFashionMnist } from './support/small-fashion-mnist.mjs';
import { trainHere } from './support/train-here.mjs';

const HELP = `node --expose-gc studies/leaks.mjs [options]   (after npm run build)

  --steps N      updates (default: 5000)
  --log FORMAT   terminal (default), plain, 2012, or json
  --device NAME  (default: cpu)
  --clients N    readers of the dashboard (default: 3)
  --every N      updates from one checkpoint to the next, which readers read too (default: 50)
`;

const { values } = parseArgs({
  options: {
    steps: { type: 'string', default: '5000' },
    log: { type: 'string', default: 'terminal' },
    device: { type: 'string', default: 'cpu' },
    clients: { type: 'string', default: '3' },
    every: { type: 'string', default: '50' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
const collect = globalThis.gc;
const log = /** @type {const} */ (['terminal', 'plain', '2012', 'json']).find((name) => name === values.log);
if (values.help || collect === undefined || log === undefined) {
  console.log(HELP);
  process.exit(values.help ? 0 : 2);
}

const [steps, clients] = [values.steps, values.clients].map(Number);
const distance = steps / 10;
const folder = await mkdtemp(join(tmpdir(), 'convkit-leaks-'));
await writeSmallFashionMnist(join(folder, 'data'), 640, 100);

/** @typedef {{ step: number, tensors: number, deviceBytes: number, heap: number, rss: number, descriptors: number, handles: number }} Sample */
/** @type {Sample[]} */
const samples = [];

// The device of the run is the one that gets its batches.
/** @type {Set<import('@convkit/tensor').Device>} */
const devices = new Set();
const prototype = /** @type {import('@convkit/tensor').Device} */ (Object.getPrototypeOf(openHostDevice()));
const upload = /** @type {(...args: unknown[]) => Promise<import('@convkit/tensor').DeviceTensor>} */ (Reflect.get(prototype, 'upload'));
/** @this {import('@convkit/tensor').Device} @param {unknown[]} args */
prototype.upload = function (...args) {
  devices.add(this);
  return Reflect.apply(upload, this, args);
};

const received = await trainHere(
  ['--data', `idx:${join(folder, 'data')}`, '--batch', '4', '--max-steps', String(steps), '--checkpoint-every', values.every, '--device', values.device, '--out', join(folder, 'run')],
  {
    clients,
    log,
    // A step before a round number: then neither a checkpoint nor an evaluation is due, before which fewer losses wait to be read.
    onStep: (step) => void (step % distance === distance - 1 && samples.push(measure(step))),
  },
);
await rm(folder, { recursive: true });

for (const sample of samples) console.log(JSON.stringify(sample));
const slopes = Object.fromEntries(/** @type {const} */ (['tensors', 'deviceBytes', 'heap', 'rss', 'descriptors', 'handles']).map((name) => [name, slope(name)]));
const followed = received.filter((bytes) => bytes > 100 * steps).length;
console.log(JSON.stringify({ steps, log, growthPerStep: slopes, followed }));
const grows = slopes.tensors !== 0 || slopes.deviceBytes !== 0 || slopes.heap >= 1000 || slopes.rss >= 10_000 || slopes.descriptors > 0.001 || slopes.handles > 0.001;
process.exitCode = grows || samples.length !== 10 || followed !== clients ? 1 : 0;

/** @param {number} step @returns {Sample} */
function measure(step) {
  /** @type {() => void} */ (collect)();
  const { tensors = NaN, bytes: deviceBytes = NaN } = [...devices].at(-1)?.report() ?? {};
  const { heapUsed, arrayBuffers, rss } = process.memoryUsage();
  const descriptors = process.platform === 'linux' ? readdirSync('/proc/self/fd').length : NaN;
  return { step, tensors, deviceBytes, heap: heapUsed + arrayBuffers, rss, descriptors, handles: process.getActiveResourcesInfo().filter((name) => name !== 'Timeout' && name !== 'Immediate').length };
}

/**
 * Growth a step: the median of the slopes between any two samples but the first two, before which caches fill; a sample taken while something passing was held does not sway it.
 *
 * @param {Exclude<keyof Sample, 'step'>} name
 */
function slope(name) {
  const settled = samples.slice(2);
  const slopes = settled.flatMap((b, i) => settled.slice(0, i).map((a) => (b[name] - a[name]) / (b.step - a.step))).sort((a, b) => a - b);
  return slopes[slopes.length >> 1];
}
