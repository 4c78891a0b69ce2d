import { Tensor } from '@convkit/tensor';
import { saveCheckpoint } from '@convkit/training';
import { fileCheckpointStore } from '../../src/file-checkpoint-store.js';

/** Saves one checkpoint of 2 MB after the other and tells each that is safe, until it is killed. */
const store = fileCheckpointStore(process.argv[2]);
const parameters = new Map([['w', Tensor.zeros([500_000])]]);
for (let step = Number(process.argv[3]); ; step++) {
  await saveCheckpoint(store, { about: {}, progress: { step, epoch: 0, batch: step, seed: 1, sums: { loss: 0, top1: 0, top5: 0, images: 0 }, evaluations: [], divisions: [] }, parameters, optimiserState: new Map() });
  process.stdout.write(`${step}\n`);
}
