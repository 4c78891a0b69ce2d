import * as ort from 'onnxruntime-node';
import { openModel } from '../onnxruntime.mjs';
import { runPeer } from '../peer.mjs';

await runPeer(async ({ threads }) => {
  const prepareForward = await openModel(ort, { executionProviders: ['cpu'], intraOpNumThreads: threads, interOpNumThreads: 1, graphOptimizationLevel: 'all' });
  return { peer: 'onnxruntime-node', version: ort.env.versions.node, threads, note: 'native code; inference only', prepareForward };
});
