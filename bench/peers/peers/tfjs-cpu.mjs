import * as tf from '@tensorflow/tfjs';
import { loadWeights } from '../network.mjs';
import { cacheFolder, runPeer } from '../peer.mjs';
import { forwardOn, trainingOn, uploadWeights } from '../tfjs-network.mjs';

await runPeer(async () => {
  await tf.setBackend('cpu');
  const parameters = uploadWeights(tf, loadWeights(cacheFolder));
  return {
    peer: 'tfjs-cpu',
    version: tf.version.tfjs,
    threads: 1,
    note: 'JavaScript, which has one thread; a single step, since it takes minutes; groups by halves of the channels; weight decay added to the gradients',
    prepareForward: forwardOn(tf, parameters),
    prepareTraining: trainingOn(tf, parameters),
    limits: { forward: 0, training: 1, warmUp: false },
  };
});
