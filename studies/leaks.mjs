/**
 * Trains for thousands of updates in this process, with every reader attached, and measures at equal distances what it holds: tensors and bytes on the device, heap after a full collection,
 * file descriptors and other handles. A leak is a slope.
 */
import { fork } from 'node:child_process';
import fs, { readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openHostDevice } from '@convkit/tensor';
import { writeSmallFashionMnist } from './support/small-fashion-mnist.mjs';

const HELP = `node --expose-gc studies/leaks.mjs [options]   (after npm run build)

  --steps N      updates (default: 5000)
  --log FORMAT   plain (default), 2012, or json
  --device NAME  (default: cpu)
  --clients N    readers of the dashboard (default: 3)
`;

const { values } = parseArgs({
  options: {
    steps: { type: 'string', default: '5000' },
    log: { type: 'string', default: 'plain' },
    device: { type: 'string', default: 'cpu' },
    clients: { type: 'string', default: '3' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
const collect = globalThis.gc;
if (values.help || collect === undefined) {
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

// Whatever shows a run to people, its log gets every event, one call each.
const append = fs.appendFileSync;
fs.appendFileSync = (file, data, options) => {
  append(file, data, options);
  if (typeof file !== 'number' || typeof data !== 'string' || !data.startsWith('{"type":"step"')) return;
  const { step } = /** @type {{ step: number }} */ (JSON.parse(data));
  // A step before a round number: then neither a checkpoint nor an evaluation is due, before which fewer losses wait to be read.
  if (step % distance === distance - 1) samples.push(measure(step));
};
syncBuiltinESMExports();

// The dashboard says where it is; its readers are other processes, so that they take no heap here.
/** @type {import('node:child_process').ChildProcess[]} */
const readers = [];
/** @type {Map<import('node:child_process').ChildProcess, number>} bytes that came */
const received = new Map();
const write = process.stdout.write.bind(process.stdout);
/** @param {unknown} text @param {unknown[]} rest */
process.stdout.write = (text, ...rest) => {
  const address = /http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]+/.exec(String(text))?.[0];
  if (address !== undefined && readers.length === 0) {
    for (let i = 0; i < clients; i++) {
      const reader = fork(new URL('./support/follow-dashboard.mjs', import.meta.url), [address], { execArgv: [] });
      reader.on('message', (/** @type {number} */ bytes) => received.set(reader, bytes));
      readers.push(reader);
    }
  }
  // What the run shows is not what this shows.
  const written = rest.at(-1);
  if (typeof written === 'function') Reflect.apply(written, undefined, []);
  return true;
};

const log = values.log === 'json' ? ['--json'] : ['--log', values.log];
process.argv.splice(2, Infinity, 'train', '--data', `idx:${join(folder, 'data')}`, '--batch', '4', '--max-steps', String(steps), '--checkpoint-every', '50', '--device', values.device, '--tensorboard', '--dashboard', '--out', join(folder, 'run'), ...log);
await import(String(new URL('../apps/trainer/dist/alexnet.js', import.meta.url)));
process.stdout.write = write;
for (const reader of readers) reader.kill();
await rm(folder, { recursive: true });

for (const sample of samples) console.log(JSON.stringify(sample));
const slopes = Object.fromEntries(/** @type {const} */ (['tensors', 'deviceBytes', 'heap', 'rss', 'descriptors', 'handles']).map((name) => [name, slope(name)]));
const followed = [...received.values()].filter((bytes) => bytes > 100 * steps).length;
console.log(JSON.stringify({ steps, log: values.log, growthPerStep: slopes, followed }));
const grows = slopes.tensors !== 0 || slopes.deviceBytes !== 0 || slopes.heap >= 1000 || slopes.descriptors > 0.001 || slopes.handles > 0.001;
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
