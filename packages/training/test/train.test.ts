import { Sequential, dense } from '@convkit/layers';
import { constantRate, plateauRate, scheduleBy } from '@convkit/optim';
import { ConvkitError, OptionError, Tensor, openHostDevice, recordDevice, type Device } from '@convkit/tensor';
import { describe, expect, it, vi } from 'vitest';
import { testDevices } from '../../kernels-cpu/test/support/devices.js';
import { DivergedError, decodeCheckpoint, hashParameters, latestCheckpoint, memoryCheckpointStore, train, type Checkpoint, type CheckpointStore, type TrainOptions, type TrainingEvent } from '@convkit/training';
import { about, batchesPerEpoch, collect, evaluation, network, options, source, traceOf } from './support/tiny.js';

// A GPU that is software is five times slower beside other work.
vi.setConfig({ testTimeout: 120_000 });

const host = () => openHostDevice();
const short = (event: TrainingEvent) => `${event.type} ${'step' in event ? event.step : event.steps}`;
const live = (device: Device) => device.report().live().map(({ label, shape }) => `${label} ${shape.join('x')}`).sort();

async function checkpointAfter(device: Device, steps: number): Promise<Checkpoint> {
  const store = memoryCheckpointStore();
  await collect(train(options(device, { steps, checkpoints: { store, about } })));
  const { found } = await latestCheckpoint(store);
  return (found as NonNullable<typeof found>).checkpoint;
}

describe('events', () => {
  it('come in order, typed, and end with done', async () => {
    const store = memoryCheckpointStore();
    const events = await collect(train(options(host(), { epochs: 2, evaluation, checkpoints: { store, every: 3, about } })));
    expect(events.map(short)).toEqual([
      ...['step 1', 'step 2', 'step 3', 'checkpoint 3', 'step 4', 'step 5', 'epoch 5', 'evaluating 5', 'evaluating 5', 'evaluation 5'],
      ...['step 6', 'checkpoint 6', 'step 7', 'step 8', 'step 9', 'checkpoint 9', 'step 10', 'epoch 10'],
      ...['checkpoint 10', 'evaluating 10', 'evaluating 10', 'evaluation 10', 'done 10'],
    ]);
    const steps = events.filter((event) => event.type === 'step');
    expect(steps.map(({ epoch }) => epoch)).toEqual([0, 0, 0, 0, 0, 1, 1, 1, 1, 1]);
    expect(steps.map(({ lr }) => lr)).toEqual([...Array<number>(7).fill(0.05), ...Array<number>(3).fill(0.05 * 0.1)]);
    for (const { loss, top1, top5, imagesPerSecond } of steps) {
      expect(loss).toBeGreaterThan(0);
      expect(top5).toBe(1);
      expect([0, 0.25, 0.5, 0.75, 1]).toContain(top1);
      expect(imagesPerSecond).toBeGreaterThan(0);
    }
    const epoch = events.find((event) => event.type === 'epoch' && event.epoch === 1);
    const second = steps.slice(5);
    expect(epoch).toMatchObject({ loss: expect.closeTo(second.reduce((sum, { loss }) => sum + loss, 0) / 5, 12) as number, top1: second.reduce((sum, { top1 }) => sum + top1, 0) / 5 });
    const done = events[events.length - 1];
    const judged = events.filter((event) => event.type === 'evaluation').at(-1);
    expect(judged).toMatchObject({ images: 7, top5: 1 });
    expect(done).toMatchObject({ type: 'done', reason: 'finished', epochs: 2, device: 'host', evaluation: judged });
    if (done.type !== 'done' || epoch?.type !== 'epoch') throw new Error('unreachable');
    expect(done.trainLoss).toBe(epoch.loss);
    expect(done.weightsSha256).toBe(await hashParameters(done.parameters));
  });

  it('count what is best and what is among the best five', async () => {
    // Logits are the inputs and stay so: the rate is 0. The labels have the ranks 0, 2, 4, 5 and 7.
    const classes = 8;
    const labels = [7, 5, 3, 2, 0];
    const identity = Tensor.from([classes, classes], Array.from({ length: classes ** 2 }, (_, i) => (i % (classes + 1) === 0 ? 1 : 0)));
    const start: Checkpoint = {
      about,
      progress: { step: 0, epoch: 0, batch: 0, seed: 0, sums: { loss: 0, top1: 0, top5: 0, images: 0 }, evaluations: [], divisions: [] },
      parameters: new Map([['fc.weight', identity], ['fc.bias', Tensor.zeros([classes])]]),
      optimiserState: new Map([['fc.weight', Tensor.zeros([classes, classes])], ['fc.bias', Tensor.zeros([classes])]]),
    };
    const x = Tensor.from([5, classes], labels.flatMap(() => Array.from({ length: classes }, (_, c) => c)));
    const targets = Tensor.from([5, classes], labels.flatMap((label) => Array.from({ length: classes }, (_, c) => (c === label ? 1 : 0))));
    const ranked = { start, seed: 0, network: new Sequential([dense('fc', { outputs: classes })]), source: { batchesPerEpoch: 2, batch: async () => ({ x, targets }) } };
    const events = await collect(train(options(host(), { ...ranked, schedule: constantRate(0), epochs: 1 })));
    for (const event of events.slice(0, -1)) expect(event).toMatchObject({ top1: 1 / 5, top5: 3 / 5 });
    expect(events.map(short)).toEqual(['step 1', 'step 2', 'epoch 2', 'done 2']);
    expect(events.at(-1)).toMatchObject({ weightsSha256: await hashParameters(start.parameters) });
  });

  it('learns', async () => {
    const events = await collect(train(options(host(), { steps: 150, schedule: constantRate(0.02), evaluation })));
    const losses = events.flatMap((event) => (event.type === 'step' ? [event.loss] : []));
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(mean(losses.slice(-20))).toBeLessThan(0.5 * mean(losses.slice(0, 20)));
    expect(events.at(-1)).toMatchObject({ evaluation: { top1: 1 } });
  });

  it('ends at epochs or steps, whichever comes first', async () => {
    expect((await collect(train(options(host(), { epochs: 1, steps: 100 })))).at(-1)).toMatchObject({ steps: batchesPerEpoch, epochs: 1 });
    expect((await collect(train(options(host(), { epochs: 1, steps: 2 })))).at(-1)).toMatchObject({ steps: 2, epochs: 0 });
  });

  it('refuses counts that cannot be', async () => {
    const refused: [Parameters<typeof options>[1], RegExp][] = [
      [{}, /neither epochs nor steps/],
      [{ steps: 1.5 }, /steps is 1.5/],
      [{ epochs: -1 }, /epochs is -1/],
      [{ steps: 1, evaluateEvery: 0 }, /evaluateEvery is 0/],
      [{ steps: 1, evaluateEvery: 0.5 }, /evaluateEvery is 0.5/],
      [{ steps: 1, deadline: 0 }, /deadline is 0, but must be a number of seconds above 0/],
      [{ steps: 1, deadline: NaN }, /deadline is NaN/],
      [{ steps: 1, checkpoints: { store: memoryCheckpointStore(), every: 0, about } }, /checkpoints.every is 0/],
      [{ steps: 1, checkpoints: { store: memoryCheckpointStore(), keep: 0, about } }, /checkpoints.keep is 0/],
    ];
    for (const [more, message] of refused) {
      const error = await collect(train(options(host(), more))).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(OptionError);
      expect((error as OptionError).summary).toMatch(message);
    }
  });
});

describe('judgements', () => {
  it('come every so many epochs, and at the end', async () => {
    const events = await collect(train(options(host(), { epochs: 5, evaluation, evaluateEvery: 2 })));
    expect(events.flatMap((event) => (event.type === 'evaluation' ? [event.step] : []))).toEqual([10, 20, 25]);
  });

  it('come after the magnitudes, if these are asked for', async () => {
    const store = memoryCheckpointStore();
    const events = await collect(train(options(host(), { steps: 8, evaluation, magnitudes: true, checkpoints: { store, about } })));
    expect(events.slice(4).map(short)).toEqual([
      ...['step 5', 'epoch 5', 'checkpoint 5', 'magnitudes 5', 'evaluating 5', 'evaluating 5', 'evaluation 5'],
      ...['step 6', 'step 7', 'step 8', 'checkpoint 8', 'magnitudes 8', 'evaluating 8', 'evaluating 8', 'evaluation 8', 'done 8'],
    ]);
    const names = network.parameterSpecs([4, 6, 6, 1]).map(({ name }) => name).sort();
    for (const event of events) {
      if (event.type !== 'magnitudes') continue;
      const { parameters, optimiserState } = await decodeCheckpoint(await store.read(`step-0000000${event.step}.safetensors`), 'saved');
      const size = (tensor: Tensor | undefined) => (tensor as Tensor).data.reduce((sum, value) => sum + Math.abs(value) / (tensor as Tensor).data.length, 0);
      expect(event.parameters.map(({ name }) => name)).toEqual(names);
      for (const { name, value, increment } of event.parameters) {
        expect(value / size(parameters.get(name))).toBeCloseTo(1, 12);
        expect(increment / size(optimiserState.get(name))).toBeCloseTo(1, 12);
        expect(increment).toBeGreaterThan(0);
      }
    }
  });
});

describe('a schedule', () => {
  it('may have a rate for each parameter, of which the common one is told', async () => {
    const start = await checkpointAfter(host(), 8);
    const schedule = scheduleBy([{ match: /^conv1\./, schedule: constantRate(0) }], constantRate(0.03));
    const events = await collect(train(options(host(), { steps: 12, start, schedule })));
    expect(events.flatMap((event) => (event.type === 'step' ? [event.lr] : []))).toEqual(Array(4).fill(0.03));
    const done = events.at(-1);
    if (done?.type !== 'done') throw new Error('unreachable');
    const moved = [...done.parameters.keys()].filter((name) => done.parameters.get(name)?.data.some((value, i) => value !== start.parameters.get(name)?.data[i]));
    expect(moved.sort()).toEqual(['fc2.bias', 'fc2.weight', 'fc3.bias', 'fc3.weight']);
  });

  it('is handed the judgements so far', async () => {
    const seen: unknown[] = [];
    const events = await collect(
      train(
        options(host(), {
          epochs: 3,
          evaluation,
          schedule: ({ step, epoch, evaluations }) => {
            if (step % batchesPerEpoch === 0) seen.push([epoch, evaluations]);
            return 0.05;
          },
        }),
      ),
    );
    const judged = events.flatMap((event) => (event.type === 'evaluation' ? [{ step: event.step, epoch: event.step / batchesPerEpoch, loss: event.loss, top1: event.top1 }] : []));
    expect(judged.map(({ step }) => step)).toEqual([5, 10, 15]);
    expect(seen).toEqual([[0, []], [1, judged.slice(0, 1)], [2, judged.slice(0, 2)]]);
  });
});

describe('a deadline', () => {
  /** A run whose clock goes on by a second with each of the events told. */
  async function timed(more: Partial<TrainOptions>, slow: TrainingEvent['type']): Promise<TrainingEvent[]> {
    let clock = 0;
    const now = vi.spyOn(performance, 'now').mockImplementation(() => clock);
    try {
      const events: TrainingEvent[] = [];
      for await (const event of train(options(host(), more))) {
        events.push(event);
        if (event.type === slow) clock += 1000;
      }
      return events;
    } finally {
      now.mockRestore();
    }
  }

  it('ends the run after the running update, saved and judged, to be gone on with', async () => {
    const store = memoryCheckpointStore();
    const events = await timed({ steps: 100, evaluation, deadline: 7, checkpoints: { store, about } }, 'step');
    expect(events.slice(-6).map(short)).toEqual(['step 8', 'checkpoint 8', 'evaluating 8', 'evaluating 8', 'evaluation 8', 'done 8']);
    expect(events.at(-1)).toMatchObject({ reason: 'time', steps: 8, evaluation: events.at(-2) });
    const { found } = await latestCheckpoint(store);
    const resumed = await collect(train(options(host(), { steps: 12, start: (found as NonNullable<typeof found>).checkpoint, evaluation })));
    const whole = await collect(train(options(host(), { steps: 12, evaluation })));
    expect(traceOf(resumed).hash).toBe(traceOf(whole).hash);
    expect(whole.at(-1)).toMatchObject({ reason: 'finished' });
  });

  it('lets a judgement end, and does not repeat it', async () => {
    const events = await timed({ steps: 100, evaluation, deadline: 2 }, 'evaluating');
    expect(events.slice(-5).map(short)).toEqual(['epoch 5', 'evaluating 5', 'evaluating 5', 'evaluation 5', 'done 5']);
    expect(events.at(-1)).toMatchObject({ reason: 'time', evaluation: events.at(-2) });
  });

  it('does not shorten a run that ends before it', async () => {
    expect((await timed({ steps: 6, deadline: 7 }, 'step')).at(-1)).toMatchObject({ reason: 'finished', steps: 6 });
  });
});

describe.each(testDevices)('on $name', ({ name, mode, open }) => {
  it('gives the same losses and weights to the bit with the same seed, and others with another', async () => {
    const runs = [];
    for (const seed of [11, 11, 12]) {
      const device = await open();
      runs.push(traceOf(await collect(train(options(device, { steps: 12, seed })))));
      expect(device.report()).toMatchObject({ name, mode, tensors: 0, bytes: 0 });
      await device.destroy();
    }
    expect(runs[1]).toEqual(runs[0]);
    expect(runs[2].hash).not.toBe(runs[0].hash);
  });

  it('goes on in mid-epoch as if it had never stopped', async () => {
    const device = await open();
    const whole = await collect(train(options(device, { steps: 13, evaluation, magnitudes: true })));
    const start = await checkpointAfter(device, 8);
    expect(start.progress).toMatchObject({ step: 8, epoch: 1, batch: 3, seed: 11 });
    const resumed = await collect(train(options(device, { steps: 13, start, evaluation, magnitudes: true })));
    expect(traceOf(resumed)).toEqual({ ...traceOf(whole), steps: traceOf(whole).steps.slice(8) });
    const told = (events: TrainingEvent[]) => events.filter(({ type }) => ['epoch', 'magnitudes', 'evaluation', 'done'].includes(type)).slice(-6);
    const timeless = (event: TrainingEvent) => ({ ...event, imagesPerSecond: 0, dataSeconds: 0 });
    expect(told(resumed).map(timeless)).toEqual(told(whole).map(timeless));
    await device.destroy();
  });

  it('holds after 1,000 steps what it held after 10', async () => {
    const device = await open();
    const held: Record<number, { tensors: number; bytes: number; live: string[] }> = {};
    for await (const event of train(options(device, { steps: 1000 }))) {
      if (event.type !== 'step') continue;
      const { tensors, bytes } = device.report();
      if ([10, 11, 996, 1000].includes(event.step)) held[event.step] = { tensors, bytes, live: live(device) };
    }
    const weightsAndVelocities = 2 * network.parameterSpecs([4, 6, 6, 1]).length;
    expect(held[1000]).toEqual(held[10]);
    expect(held[10].tensors).toBe(weightsAndVelocities);
    // In mid-epoch there are loss, rank and normaliser of the update that is not read yet, besides.
    expect(held[996]).toEqual(held[11]);
    expect(held[11].tensors).toBe(weightsAndVelocities + 3);
    expect(device.report()).toMatchObject({ mode, tensors: 0, bytes: 0 });
    await device.destroy();
  }, 300_000);
});

describe('a step', () => {
  it('reads nothing back between its first launch and its last', async () => {
    const device = recordDevice(openHostDevice());
    await collect(train(options(device, { steps: 7 })));
    const calls = device.calls.filter(({ verb }) => verb !== 'release');
    // A step begins with the upload of its images and ends with the last launch of the optimiser.
    const steps: (typeof calls)[] = [];
    for (const call of calls) {
      if (call.verb === 'upload' && call.name === 'x') steps.push([]);
      steps.at(-1)?.push(call);
    }
    expect(steps).toHaveLength(7);
    for (const [i, step] of steps.entries()) {
      const lastLaunch = step.map(({ verb }) => verb).lastIndexOf('run');
      expect(step[lastLaunch].name).toBe('sgd_apply');
      expect(step.filter(({ name }) => name === 'sgd_apply')).toHaveLength(network.parameterSpecs([4, 6, 6, 1]).length);
      expect(step.slice(0, lastLaunch).filter(({ verb }) => verb === 'download')).toEqual([]);
      // Between two steps the losses and ranks of the one before are read; at the end of the epoch and of the run those of the last, too, and then the weights.
      const read = step.slice(lastLaunch).filter(({ verb }) => verb === 'download');
      expect(read).toHaveLength([0, 2, 2, 2, 2 + 2, 0, 2 + 2 + 6][i]);
    }
  });

  it('tells how long updates waited for their batches', async () => {
    const asked: number[] = [];
    const slow: TrainOptions['source'] = {
      batchesPerEpoch,
      async batch(epoch, index) {
        asked.push(index);
        // Nothing is made ahead of the first update, so it waits for all of this.
        if (asked.length <= 2) await new Promise((resolve) => setTimeout(resolve, 60));
        return source.batch(epoch, index);
      },
    };
    const events = await collect(train(options(host(), { source: slow, steps: 4 })));
    const steps = events.filter((event) => event.type === 'step');
    expect(steps[0].dataSeconds).toBeGreaterThan(0.055);
    for (const { dataSeconds, imagesPerSecond } of steps) {
      expect(dataSeconds).toBeGreaterThanOrEqual(0);
      expect(dataSeconds).toBeLessThanOrEqual(4 / imagesPerSecond);
    }
    expect(events.at(-1)).toMatchObject({ dataSeconds: expect.closeTo(steps.reduce((sum, { dataSeconds }) => sum + dataSeconds, 0), 9) as number });
  });

  it('makes the next batch while the device works', async () => {
    const asked: string[] = [];
    let running = 0;
    const watched = {
      batchesPerEpoch,
      batch: async (epoch: number, index: number) => {
        asked.push(`${epoch} ${index}`);
        expect(++running).toBe(1);
        await new Promise((resolve) => setTimeout(resolve));
        running--;
        return source.batch(epoch, index);
      },
    };
    for await (const event of train(options(host(), { steps: 7, source: watched }))) {
      if (event.type === 'step' && event.step === 3) expect(asked).toContain('0 4');
    }
    // One batch more at the beginning, for the shape of the weights, and one at the end, which nobody took.
    expect(asked).toEqual(['0 0', '0 0', '0 1', '0 2', '0 3', '0 4', '1 0', '1 1', '1 2']);
  });

  it('lets timers and signals through, though the device works on the same thread', async () => {
    const run = train(options(host(), { epochs: 1000, evaluation }));
    setTimeout(() => run.send({ type: 'stop' }), 50);
    expect((await collect(run)).at(-1)).toMatchObject({ type: 'done', reason: 'stopped' });
  });

  it('releases everything when it fails, and when the reader leaves', async () => {
    for (const failing of ['sgd_velocity', 'cross_entropy_backward', 'conv2d_forward', 'conv2d_backward_weights', 'dropout']) {
      const inner = openHostDevice();
      let launches = 0;
      const device: Device = new Proxy(inner, {
        get(target, key) {
          if (key !== 'run') {
            const value: unknown = Reflect.get(target, key);
            return typeof value === 'function' ? (value as (...args: unknown[]) => unknown).bind(target) : value;
          }
          return (...args: Parameters<Device['run']>) => {
            if (args[0].name === failing && ++launches === 8) throw new ConvkitError({ code: 'TEST', message: 'the device is lost.' });
            return target.run(...args);
          };
        },
      });
      await expect(collect(train(options(device, { steps: 20 })))).rejects.toThrow('the device is lost.');
      expect(live(inner)).toEqual([]);
    }
    const device = host();
    for await (const event of train(options(device, { steps: 20 }))) if (event.type === 'step' && event.step === 3) break;
    expect(live(device)).toEqual([]);
  });

  it('passes on the error of a source, also of a batch made ahead', async () => {
    const torn = {
      batchesPerEpoch,
      batch: (epoch: number, index: number) => (index === 3 ? Promise.reject(new ConvkitError({ code: 'TEST', message: 'no such image.' })) : source.batch(epoch, index)),
    };
    const device = host();
    const steps: number[] = [];
    const run = (async () => {
      for await (const event of train(options(device, { steps: 20, source: torn }))) if (event.type === 'step') steps.push(event.step);
    })();
    await expect(run).rejects.toThrow('no such image.');
    expect(steps).toEqual([1, 2]);
    expect(live(device)).toEqual([]);
  });
});

describe('a resumed run', () => {
  it('refuses another seed, another number of batches and weights of another network', async () => {
    const start = await checkpointAfter(host(), 8);
    await expect(collect(train(options(host(), { steps: 9, start, seed: 12 })))).rejects.toThrow('seed is 12, but the run to go on with has seed 11');
    await expect(collect(train(options(host(), { steps: 9, start, source: { ...source, batchesPerEpoch: 6 } })))).rejects.toThrow('does not fit 6 batches an epoch');
    const device = host();
    const other = new Sequential([dense('fc9', { outputs: 3 })]);
    await expect(collect(train(options(device, { steps: 9, start, network: other })))).rejects.toThrow('there is no parameter "fc9.weight"');
    expect(live(device)).toEqual([]);
  });

  it('goes by the judgements before it, wherever it was interrupted', async () => {
    // No judgement is better than the first by 1, so that every later one halves the rate; that of biases falls when the loss rises.
    const common = plateauRate({ rate: 0.05, factor: 0.5, patience: 0, threshold: 1 });
    const schedule = scheduleBy([{ match: /\.bias$/, schedule: plateauRate({ rate: 0.05, factor: 0.5, patience: 0, metric: 'loss' }) }], common);
    const store = memoryCheckpointStore();
    const judged = { steps: 28, evaluation, schedule };
    const whole = await collect(train(options(host(), { ...judged, checkpoints: { store, every: 1, keep: 100, about } })));
    const rates = whole.flatMap((event) => (event.type === 'step' ? [event.lr] : []));
    expect([4, 5, 10, 15, 20, 25].map((step) => rates[step])).toEqual([0.05, 0.05, 0.025, 0.0125, 0.00625, 0.003125]);
    const told = (events: TrainingEvent[], after: number) => events.flatMap((event) => (event.type === 'evaluation' && event.step >= after ? [event] : []));
    for (const step of [1, 5, 12, 13, 15, 16, 25, 27]) {
      const start = await decodeCheckpoint(await store.read(`step-${String(step).padStart(8, '0')}.safetensors`), 'saved');
      expect(start.progress.evaluations).toHaveLength(Math.floor((step - 1) / batchesPerEpoch));
      const resumed = await collect(train(options(host(), { ...judged, start })));
      expect(traceOf(resumed)).toEqual({ ...traceOf(whole), steps: traceOf(whole).steps.slice(step) });
      expect(told(resumed, 0)).toEqual(told(whole, step));
      if (step < 13) continue;
      const forgetful = { ...start, progress: { ...start.progress, evaluations: [], divisions: [] } };
      expect(traceOf(await collect(train(options(host(), { ...judged, start: forgetful })))).hash).not.toBe(traceOf(whole).hash);
    }
  });

  it('does not judge anew what was judged before it was stopped', async () => {
    const store = memoryCheckpointStore();
    const run = train(options(host(), { steps: 14, evaluation, checkpoints: { store, every: 3, about } }));
    const events: string[] = [];
    for await (const event of run) {
      events.push(short(event));
      if (event.type === 'evaluation' && event.step === 10) run.send({ type: 'stop' });
    }
    expect(events.slice(-4)).toEqual(['evaluation 10', 'command 10', 'checkpoint 10', 'done 10']);
    const { found } = await latestCheckpoint(store);
    const start = (found as NonNullable<typeof found>).checkpoint;
    expect(start.progress.evaluations.map(({ step }) => step)).toEqual([5, 10]);
    const resumed = await collect(train(options(host(), { steps: 14, evaluation, start })));
    expect(resumed.map(short).slice(0, 1)).toEqual(['step 11']);
    expect(traceOf(resumed).hash).toBe(traceOf(await collect(train(options(host(), { steps: 14, evaluation })))).hash);
  });

  it('is not judged at first where no judgement is due', async () => {
    const start = await checkpointAfter(host(), 15);
    const events = await collect(train(options(host(), { steps: 17, start, evaluation, evaluateEvery: 2 })));
    expect(events.map(short)).toEqual(['step 16', 'step 17', 'evaluating 17', 'evaluating 17', 'evaluation 17', 'done 17']);
  });

  it('that has nothing left to do says what it has', async () => {
    const start = await checkpointAfter(host(), 8);
    const store = memoryCheckpointStore();
    const events = await collect(train(options(host(), { steps: 8, start, evaluation, checkpoints: { store, about } })));
    expect(events.map(short)).toEqual(['evaluating 8', 'evaluating 8', 'evaluation 8', 'done 8']);
    expect(events.at(-1)).toMatchObject({ steps: 8, imagesPerSecond: 0, weightsSha256: await hashParameters(start.parameters) });
    expect(await store.list()).toEqual([]);
  });

  it('goes on from the one before when the newest checkpoint is torn', async () => {
    const store = memoryCheckpointStore();
    await collect(train(options(host(), { steps: 9, checkpoints: { store, every: 4, about } })));
    expect(await store.list()).toEqual(['step-00000004.safetensors', 'step-00000008.safetensors', 'step-00000009.safetensors']);
    const newest = await store.read('step-00000009.safetensors');
    newest[newest.length - 5] ^= 1;
    await store.write('step-00000009.safetensors', newest);
    await store.write('step-00000008.safetensors', (await store.read('step-00000008.safetensors')).slice(0, 500));
    const { found, skipped } = await latestCheckpoint(store);
    expect(skipped.map(({ name, error }) => [name, error.code])).toEqual([['step-00000009.safetensors', 'FILE_CHECKSUM'], ['step-00000008.safetensors', 'FILE_TRUNCATED']]);
    expect(found?.checkpoint.progress.step).toBe(4);
    const whole = await collect(train(options(host(), { steps: 9 })));
    const resumed = await collect(train(options(host(), { steps: 9, start: (found as NonNullable<typeof found>).checkpoint })));
    expect(traceOf(resumed).hash).toBe(traceOf(whole).hash);
  });
});

describe('when something goes wrong', () => {
  it('a loss that is no number stops the run with its step and leaves the last checkpoint', async () => {
    const store = memoryCheckpointStore();
    const poisoned = {
      batchesPerEpoch,
      batch: async (epoch: number, index: number) => {
        const { x, targets } = await source.batch(epoch, index);
        return { x: epoch === 1 && index === 1 ? new Tensor(x.shape, x.data.fill(NaN)) : x, targets };
      },
    };
    const device = host();
    const steps: number[] = [];
    const run = (async () => {
      for await (const event of train(options(device, { epochs: 3, source: poisoned, checkpoints: { store, every: 2, about } }))) if (event.type === 'step') steps.push(event.step);
    })();
    const error = await run.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(DivergedError);
    expect(error).toMatchObject({ code: 'TRAINING_DIVERGED', place: { step: 7, epoch: 1, batch: 1 } });
    expect((error as DivergedError).summary).toBe('training diverged: the loss of step 7 (epoch 1) is NaN.');
    expect(steps).toEqual([1, 2, 3, 4, 5, 6]);
    expect((await store.list()).at(-1)).toBe('step-00000006.safetensors');
    expect((await latestCheckpoint(store)).found?.checkpoint.progress.step).toBe(6);
    expect(live(device)).toEqual([]);
  });

  it('weights that are no numbers are not saved, though the loss before them was one', async () => {
    const store = memoryCheckpointStore();
    const schedule = ({ step }: { step: number }) => (step === 4 ? 3e38 : 0.05);
    const run = train(options(host(), { epochs: 1, schedule, checkpoints: { store, every: 2, about } }));
    await expect(collect(run)).rejects.toThrow(/after step 5 "conv1\.(weight|bias)" holds numbers that are not finite/);
    expect((await latestCheckpoint(store)).found?.checkpoint.progress.step).toBe(4);
  });

  it('a store that fails is a warning in mid-run and an error at the end', async () => {
    const store: CheckpointStore = { ...memoryCheckpointStore(), write: () => Promise.reject(new Error('ENOSPC: no space left on device')) };
    const events: TrainingEvent[] = [];
    const run = (async () => {
      for await (const event of train(options(host(), { steps: 5, checkpoints: { store, every: 3, about } }))) events.push(event);
    })();
    await expect(run).rejects.toThrow('ENOSPC');
    expect(events.map(short)).toEqual(['step 1', 'step 2', 'step 3', 'warning 3', 'step 4', 'step 5', 'epoch 5']);
    expect(events[3]).toMatchObject({ code: 'CHECKPOINT_FAILED', message: 'the checkpoint of step 3 was not written: Error: ENOSPC: no space left on device' });
  });
});
