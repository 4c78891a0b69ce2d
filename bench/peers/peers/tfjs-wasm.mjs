import { createRequire } from 'node:module';
import os from 'node:os';
import { dirname, join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { getThreadsCount, setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { loadWeights } from '../network.mjs';
import { cacheFolder, runPeer } from '../peer.mjs';
import { forwardOn, uploadWeights } from '../tfjs-network.mjs';

await runPeer(async ({ threads }) => {
  const folder = dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/package.json'));
  setWasmPaths(`${join(folder, 'wasm-out')}/`);
  // The package switches threads off in Node, because its workers start from URLs of blobs. They run when they start from a file.
  // It takes half of the cores, four at most, whatever it is told, so it is shown twice as many as it shall take.
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', threads > 1);
  URL.createObjectURL = () => join(import.meta.dirname, '../tfjs-worker.cjs');
  os.cpus = () => Array.from({ length: 2 * threads }, () => ({}));
  await tf.setBackend('wasm');
  return {
    peer: 'tfjs-wasm',
    version: tf.version.tfjs,
    threads: threads > 1 ? getThreadsCount() : 1,
    note: 'SIMD; threads switched on, which the package leaves off in Node; groups by halves of the channels; has no gradients of convolutions',
    prepareForward: forwardOn(tf, uploadWeights(tf, loadWeights(cacheFolder))),
  };
});
