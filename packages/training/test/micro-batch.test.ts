import { OptionError, openHostDevice, recordDevice, type Tensor } from '@convkit/tensor';
import { describe, expect, it } from 'vitest';
import { testDevices } from '../../kernels-cpu/test/support/devices.js';
import { train, type TrainOptions, type TrainingEvent } from '@convkit/training';
import { collect, evaluation, network, options, source, sourceOf, traceOf } from './support/tiny.js';

/** The largest difference of two sets of weights, as a part of the largest weight of the parameter it is in. */
function distance(a: ReadonlyMap<string, Tensor>, b: ReadonlyMap<string, Tensor>): number {
  const distances = Array.from(a, ([name, { data }]) => {
    const largest = data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    return data.reduce((most, value, i) => Math.max(most, Math.abs(value - (b.get(name)?.data[i] ?? NaN))), 0) / largest;
  });
  return Math.max(...distances);
}

function endOf(events: readonly TrainingEvent[]) {
  const done = events.at(-1);
  if (done?.type !== 'done') throw new Error('no end');
  return { done, steps: events.filter((event) => event.type === 'step') };
}

describe.each(testDevices)('parts of a batch on $name', ({ open, mode }) => {
  it.each([[128, 32], [128, 50]])('of %i samples by %i train as the whole does but for rounding, dropout and all', async (batch, microBatch) => {
    const device = await open();
    const run = async (more: Partial<TrainOptions>) => endOf(await collect(train(options(device, { source: sourceOf(batch), steps: 5, ...more }))));
    const whole = await run({});
    const parts = await run({ microBatch });
    expect(distance(parts.done.parameters, whole.done.parameters)).toBeLessThan(1e-5);
    // Another seed is far from it.
    expect(distance((await run({ seed: 12 })).done.parameters, whole.done.parameters)).toBeGreaterThan(0.01);
    expect(parts.steps).toHaveLength(5);
    for (const [i, step] of parts.steps.entries()) {
      const { loss, top1, top5, lr } = whole.steps[i];
      expect(step).toMatchObject({ step: i + 1, top1, top5, lr });
      expect(step.loss).toBeCloseTo(loss, 5);
    }
    expect(device.report()).toMatchObject({ mode, tensors: 0 });
    await device.destroy();
  });
});

it('as large as the batch, or larger, are the batch to the bit', async () => {
  const trace = async (more: Partial<TrainOptions>) => traceOf(await collect(train(options(openHostDevice(), { steps: 6, evaluation, ...more }))));
  const whole = await trace({});
  expect(await trace({ microBatch: 4 })).toEqual(whole);
  expect(await trace({ microBatch: 1000 })).toEqual(whole);
});

it('are all that goes through the device at once, in time keeping as well, and leave nothing behind', async () => {
  const device = recordDevice(openHostDevice());
  const upload = device.upload.bind(device);
  const rows = new Set<number>();
  device.upload = (shape, data, label) => {
    if (label === 'targets') rows.add(shape[0]);
    return upload(shape, data, label);
  };
  const held: number[] = [];
  for await (const event of train(options(device, { epochs: 2, evaluation, layerTimes: true, microBatch: 3 }))) if (event.type === 'step') held.push(device.report().tensors);
  expect(rows).toEqual(new Set([3, 1]));
  // Weights, velocities, and for each part of the update that is not read yet loss, rank and normaliser; after the last of an epoch there is none.
  const parameters = 2 * network.parameterSpecs([4, 6, 6, 1]).length;
  expect(new Set(held)).toEqual(new Set([parameters, parameters + 6]));
  expect(device.report().tensors).toBe(0);
});

it('that fail half-way leave nothing behind', async () => {
  const device = recordDevice(openHostDevice());
  const upload = device.upload.bind(device);
  let inputs = 0;
  device.upload = (shape, data, label) => (label === 'x' && ++inputs === 4 ? Promise.reject(new Error('full')) : upload(shape, data, label));
  await expect(collect(train(options(device, { steps: 5, microBatch: 2 })))).rejects.toThrow('full');
  expect(device.report().live()).toEqual([]);
});

it('are whole numbers', async () => {
  for (const microBatch of [0, 1.5, -2]) {
    const error = await collect(train(options(openHostDevice(), { source, steps: 1, microBatch }))).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(OptionError);
    expect((error as OptionError).summary).toBe(`train: microBatch is ${microBatch}, but must be a whole number of at least 1.`);
  }
});
