import { uploadParameters } from '@convkit/layers';
import { averaged, clipped, sgd } from '@convkit/optim';
import { openHostDevice, type Tensor } from '@convkit/tensor';
import { expect, it } from 'vitest';
import { bestCheckpoint, decodeCheckpoint, evaluate, hashParameters, latestCheckpoint, memoryCheckpointStore, train, type Checkpoint, type TrainOptions, type TrainingEvent } from '@convkit/training';
import { about, collect, evaluation, network, options, traceOf } from './support/tiny.js';

const inner = sgd({ momentum: 0.9, decay: 0.0005 });
const optimiser = averaged(clipped(inner, { norm: 0.5 }), { decay: 0.8 });
const given = (more: Partial<TrainOptions>) => options(openHostDevice(), { optimiser, evaluation, ...more });
const micro = { microBatch: 3 };

function doneOf(events: readonly TrainingEvent[]) {
  const done = events.at(-1);
  if (done?.type !== 'done') throw new Error('no end');
  return done;
}

async function lossOf(weights: ReadonlyMap<string, Tensor>): Promise<number> {
  const device = openHostDevice();
  let loss = NaN;
  for await (const soFar of evaluate({ device, network, parameters: await uploadParameters(device, weights), source: evaluation })) ({ loss } = soFar);
  return loss;
}

it('averages are judged, saved and told, and training goes on as without them', async () => {
  const store = memoryCheckpointStore();
  const events = await collect(train(given({ epochs: 2, checkpoints: { store, about } })));
  const done = doneOf(events);
  const plain = doneOf(await collect(train(given({ epochs: 2, optimiser: clipped(inner, { norm: 0.5 }) }))));
  expect(done.weightsSha256).toBe(plain.weightsSha256);
  expect(done.weightsSha256).toBe(await hashParameters(done.parameters));
  expect(plain.judged).toBe(plain.parameters);
  expect(done.evaluation?.loss).toBe(await lossOf(done.judged));
  expect(done.evaluation?.loss).not.toBe(plain.evaluation?.loss);
  // What the checkpoint file holds is what was judged.
  const { found } = await latestCheckpoint(store);
  const { parameters, optimiserState } = (found as { checkpoint: Checkpoint }).checkpoint;
  expect([...optimiserState.keys()].sort()).toEqual([...parameters.keys()].flatMap((name) => [`average/${name}`, name]).sort());
  for (const [name, tensor] of optimiser.judged?.(parameters, optimiserState) ?? []) expect(tensor).toEqual(done.judged.get(name));
});

it('a clipped run is another than one whose gradients stay as they are', async () => {
  const clippedRun = traceOf(await collect(train(given({ steps: 3 }))));
  expect(clippedRun.hash).not.toBe(traceOf(await collect(train(given({ steps: 3, optimiser: averaged(inner, { decay: 0.8 }) })))).hash);
});

it.each([{}, micro])('a run with averages, clipping and %j goes on in mid-epoch as if it had never stopped', async (more) => {
  const whole = await collect(train(given({ steps: 11, ...more })));
  const store = memoryCheckpointStore();
  await collect(train(given({ steps: 7, ...more, checkpoints: { store, about } })));
  const { found } = await latestCheckpoint(store);
  const start = (found as { checkpoint: Checkpoint }).checkpoint;
  const resumed = await collect(train(given({ steps: 11, start, ...more })));
  expect(traceOf(resumed)).toEqual({ steps: traceOf(whole).steps.slice(7), hash: traceOf(whole).hash });
  expect(await hashParameters(doneOf(resumed).judged)).toBe(await hashParameters(doneOf(whole).judged));
  expect(doneOf(resumed).evaluation).toEqual(doneOf(whole).evaluation);
});

it('the averages of the best judgement come back with its weights', async () => {
  const store = memoryCheckpointStore();
  const stopping = given({ epochs: 10, earlyStopping: { patience: 1, threshold: 1 }, checkpoints: { store, best: 'top1', keep: 20, about } });
  const done = doneOf(await collect(train(stopping)));
  const best = await bestCheckpoint(store);
  expect(done.weightsSha256).toBe(await hashParameters(best.parameters));
  for (const [name, tensor] of optimiser.judged?.(best.parameters, best.optimiserState) ?? []) expect(tensor).toEqual(done.judged.get(name));
  expect(done.evaluation?.loss).toBe(await lossOf(done.judged));
  expect(stopping.device.report().live()).toEqual([]);
});

it('a checkpoint without averages is refused by an optimiser that needs them', async () => {
  const store = memoryCheckpointStore();
  await collect(train(given({ steps: 2, optimiser: inner, checkpoints: { store, about } })));
  const start = await decodeCheckpoint(await store.read('step-00000002.safetensors'), 'saved');
  const later = given({ steps: 4, start });
  await expect(collect(train(later))).rejects.toThrow('averaged: there is a parameter "conv1.bias", but no average of that name.');
  expect(later.device.report().live()).toEqual([]);
});
