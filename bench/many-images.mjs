/**
 * A folder of links to a few images, indexed and trained on: how long the index takes, and how much memory the training has at several steps. It trains by the command `alexnet train`, in a process of its own.
 */
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { openImageFolder } from '@convkit/datasets';
import { RandomStream } from '@convkit/tensor';
import sharp from 'sharp';

const HELP = `node bench/many-images.mjs [options]   (after npm run build; Linux)

  --images N       links, a tenth of which judge (default: 100000)
  --classes N      folders of links (default: 100)
  --files N        images that they lead to, of 64x64 pixels (default: 20)
  --steps N        updates (default: 3000)
  --every N        updates from one look at the memory to the next (default: 250)
  --workers N      threads that make the batches (default: 1)
  --recipe NAME    (default: alexnet-mini)
`;

const { values } = parseArgs({
  options: {
    images: { type: 'string', default: '100000' },
    classes: { type: 'string', default: '100' },
    files: { type: 'string', default: '20' },
    steps: { type: 'string', default: '3000' },
    every: { type: 'string', default: '250' },
    workers: { type: 'string', default: '1' },
    recipe: { type: 'string', default: 'alexnet-mini' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (values.help) {
  console.log(HELP);
  process.exit();
}

const [images, classes, files, every] = [values.images, values.classes, values.files, values.every].map(Number);
const root = await mkdtemp(`${tmpdir()}/convkit-many-`);
try {
  await writeLinks();
  const before = process.memoryUsage().rss;
  const began = performance.now();
  const { train, test } = await openImageFolder(`${root}/links`);
  console.log(`${train.length} training and ${test.length} test images of ${train.classes.length} classes indexed in ${((performance.now() - began) / 1000).toFixed(2)} s; ${((process.memoryUsage().rss - before) / 2 ** 20).toFixed(1)} MiB more in memory`);
  await trainOn();
} finally {
  await rm(root, { recursive: true });
}

async function writeLinks() {
  const draws = new RandomStream(1, 'images').at();
  await mkdir(`${root}/store`);
  for (let i = 0; i < files; i++) {
    const noise = Uint8Array.from({ length: 8 * 8 * 3 }, () => draws.integer(256));
    await sharp(noise, { raw: { width: 8, height: 8, channels: 3 } }).resize(64, 64).jpeg().toFile(`${root}/store/${i}.jpg`);
  }
  for (let label = 0; label < classes; label++) {
    const folder = `${root}/links/class-${String(label).padStart(4, '0')}`;
    await mkdir(folder, { recursive: true });
    for (let i = label; i < images; i += classes) await symlink(`../../store/${i % files}.jpg`, `${folder}/${i}.jpg`);
  }
}

/** @returns {Promise<void>} */
async function trainOn() {
  const program = fileURLToPath(new URL('../apps/trainer/dist/alexnet.js', import.meta.url));
  const args = ['train', '--data', `folder:${root}/links`, '--recipe', values.recipe, '--max-steps', values.steps, '--workers', values.workers, '--device', 'cpu', '--out', `${root}/run`, '--json'];
  const began = performance.now();
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => child.on('exit', resolve));
  let waited = 0;
  for await (const line of createInterface(child.stdout)) {
    /** @type {unknown} */
    const said = JSON.parse(line);
    const event = /** @type {{ type: string, step: number, dataSeconds: number }} */ (said);
    if (event.type === 'start') console.log(`training begins after ${seconds()} s, statistics counted: ${await memory()}`);
    if (event.type === 'step') waited += event.dataSeconds;
    if (event.type === 'step' && event.step % every === 0) console.log(`step ${event.step}, ${seconds()} s: ${await memory()}, waited ${waited.toFixed(1)} s for data`);
    if (event.type === 'evaluation') console.log(`evaluation, ${seconds()} s: ${await memory()}`);
  }
  if ((await ended) !== 0) throw new Error(`alexnet train ended with code ${String(await ended)}`);

  function seconds() {
    return ((performance.now() - began) / 1000).toFixed(0);
  }

  /** Of the process that trains, now and at most. */
  async function memory() {
    const status = await readFile(`/proc/${child.pid}/status`, 'utf8').catch(() => '');
    const mebibytes = (/** @type {string} */ name) => (Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1] ?? NaN) / 1024).toFixed(0);
    return `${mebibytes('VmRSS')} MiB, at most ${mebibytes('VmHWM')} MiB`;
  }
}
