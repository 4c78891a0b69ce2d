import * as ort from 'onnxruntime-web';
import { openModel } from '../onnxruntime.mjs';
import { runPeer } from '../peer.mjs';

await runPeer(async ({ threads }) => {
  ort.env.wasm.numThreads = threads;
  const prepareForward = await openModel(ort, { executionProviders: ['wasm'], graphOptimizationLevel: 'all' });
  return { peer: 'onnxruntime-web', version: ort.env.versions.web, threads: ort.env.wasm.numThreads, note: 'wasm with SIMD; inference only', prepareForward };
});
