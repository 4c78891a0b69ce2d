/**
 * convkit itself. Logits come from its packages, times from the trainer's own `alexnet bench`, both as they were built.
 */
import { execFile } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { images, loadWeights } from '../network.mjs';
import { cacheFolder, imageShape, reasonOf } from '../peer.mjs';

const root = join(import.meta.dirname, '../../..');
const { values } = parseArgs({ options: { batch: { type: 'string', default: '32' }, threads: { type: 'string', default: '2' }, check: { type: 'string' } } });
const threads = Number(values.threads);

/** The device `cpu` where it was built, otherwise the one that gpu.js gives: slower, but the same network. */
async function openDevice() {
  if (existsSync(join(root, 'packages/kernels-cpu/dist/index.js'))) {
    const { openCpuDevice } = await import('@convkit/kernels-cpu');
    return openCpuDevice({ threads });
  }
  const { openGpuDevice } = await import('@convkit/kernels-gpu');
  return openGpuDevice('gpujs-webasm', { threads });
}

/** No peer has a normalisation within channels, so the network is measured without its one of that kind. */
async function layerOrder() {
  const { findNetwork } = await import('@convkit/alexnet');
  return findNetwork('alexnet-2012').design.order.filter((name) => name !== 'spatialNorm2');
}

async function logits() {
  const { buildNetwork, findNetwork } = await import('@convkit/alexnet');
  const { design } = findNetwork('alexnet-2012');
  const order = await layerOrder();
  const { uploadParameters } = await import('@convkit/layers');
  const device = await openDevice();
  const parameters = await uploadParameters(device, loadWeights(cacheFolder));
  const x = await device.upload(imageShape(2), images(2), 'images');
  const y = await buildNetwork({ ...design, order }, { classes: 1000 }).predict(device, x, parameters);
  const { data } = await device.download(y);
  return { data, device: device.name };
}

async function measure() {
  const command = [join(root, 'apps/trainer/dist/alexnet.js'), 'bench', '--model', 'alexnet-2012', '--batch', values.batch, '--device', 'cpu', '--threads', values.threads, '--set', `network.order=${(await layerOrder()).join(',')}`, '--json'];
  const { stdout } = await promisify(execFile)(process.execPath, command, { cwd: root }).catch(({ stderr, code }) => {
    throw new Error(`alexnet bench: ${reasonOf(stderr ?? '', code)}`);
  });
  const line = stdout.trim().split('\n').map((text) => JSON.parse(text)).find(({ type }) => type === 'done');
  if (line === undefined) throw new Error('alexnet bench printed no line "done"');
  const { trainImagesPerSecond, forwardImagesPerSecond, latencyMs, batch, device, peakGflops, gflops, forwardGflops } = line;
  const note = `device ${device}${peakGflops === null ? '' : `; ${((100 * forwardGflops) / peakGflops).toFixed(0)} % of the micro-kernel's peak forward, ${((100 * gflops) / peakGflops).toFixed(0)} % in training`}`;
  return { threads: line.threads, note, forwardBatch: batch, trainBatch: batch, forwardImagesPerSecond, trainImagesPerSecond, latencyMs };
}

const { version } = createRequire(import.meta.url)(join(root, 'packages/alexnet/package.json'));
const line = { peer: 'convkit', version, threads, note: '' };
if (values.check === undefined) {
  Object.assign(line, await measure());
} else {
  const { data, device } = await logits();
  writeFileSync(values.check, new Uint8Array(Float32Array.from(data).buffer));
  line.note = `device ${device}`;
}
process.stdout.write(`${JSON.stringify(line)}\n`, () => {
  // A device may keep workers.
  process.exit(0);
});
