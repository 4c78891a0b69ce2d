import { openHostDevice, OptionError } from '@convkit/tensor';
import { describe, expect, it } from 'vitest';
import { latestCheckpoint, memoryCheckpointStore, parseCommand, train, type Checkpoint, type CheckpointStore, type TrainingCommand, type TrainingEvent, type TrainOptions } from '@convkit/training';
import { about, collect, evaluation, options, traceOf } from './support/tiny.js';

const host = () => openHostDevice();
const short = (event: TrainingEvent) => (event.type === 'command' ? `told ${event.command.type} ${event.step}` : `${event.type} ${'step' in event ? event.step : event.steps}`);

async function newest(store: CheckpointStore): Promise<Checkpoint> {
  const { found } = await latestCheckpoint(store);
  return (found as NonNullable<typeof found>).checkpoint;
}

/** All events of a run that is told something whenever a step was reported. */
async function steered(more: Partial<TrainOptions>, sent: Readonly<Record<number, readonly TrainingCommand[]>>): Promise<TrainingEvent[]> {
  const run = train(options(host(), more));
  const events: TrainingEvent[] = [];
  for await (const event of run) {
    events.push(event);
    if (event.type === 'step') for (const command of sent[event.step] ?? []) run.send(command);
  }
  return events;
}

describe('commands', () => {
  it('stop finishes the update, saves, and ends', async () => {
    const store = memoryCheckpointStore();
    const run = train(options(host(), { epochs: 3, evaluation, checkpoints: { store, about } }));
    const events: TrainingEvent[] = [];
    for await (const event of run) {
      events.push(event);
      if (event.type === 'step' && event.step === 7) run.send({ type: 'stop' });
    }
    // Step 8 was under way when step 7 was told.
    expect(events.slice(-4).map(short)).toEqual(['step 8', 'told stop 8', 'checkpoint 8', 'done 8']);
    expect(events.at(-1)).toMatchObject({ reason: 'stopped', epochs: 1, evaluation: undefined });
    const whole = await collect(train(options(host(), { steps: 12 })));
    const resumed = await collect(train(options(host(), { steps: 12, start: await newest(store) })));
    expect(traceOf(resumed).hash).toBe(traceOf(whole).hash);
  });

  it('stop leaves an evaluation at once', async () => {
    const store = memoryCheckpointStore();
    const run = train(options(host(), { epochs: 3, evaluation, checkpoints: { store, about } }));
    const events: string[] = [];
    for await (const event of run) {
      events.push(short(event));
      if (event.type === 'evaluating') run.send({ type: 'stop' });
    }
    expect(events.slice(-5)).toEqual(['epoch 5', 'checkpoint 5', 'evaluating 5', 'told stop 5', 'done 5']);
  });

  it('checkpoint saves after the update and goes on', async () => {
    const store = memoryCheckpointStore();
    const run = train(options(host(), { steps: 8, checkpoints: { store, about } }));
    const events: string[] = [];
    for await (const event of run) {
      events.push(short(event));
      if (event.type === 'step' && event.step === 2) run.send({ type: 'checkpoint' });
    }
    expect(events.filter((event) => event.startsWith('checkpoint'))).toEqual(['checkpoint 3', 'checkpoint 5', 'checkpoint 8']);
  });

  it('checkpoint is answered by one also when the step has been saved before', async () => {
    const run = train(options(host(), { steps: 8, checkpoints: { store: memoryCheckpointStore(), about } }));
    const events: string[] = [];
    for await (const event of run) {
      events.push(short(event));
      if (events.at(-1) === 'checkpoint 5' && !events.includes('told pause 5')) for (const type of ['pause', 'checkpoint', 'resume'] as const) run.send({ type });
    }
    expect(events.filter((event) => event.endsWith(' 5') && !event.startsWith('evaluat'))).toEqual(['step 5', 'epoch 5', 'checkpoint 5', 'told pause 5', 'told checkpoint 5', 'checkpoint 5', 'told resume 5']);
  });

  it('pause waits, saves when told to, and goes on as if nothing had happened', async () => {
    const store = memoryCheckpointStore();
    const run = train(options(host(), { steps: 8, checkpoints: { store, about } }));
    const events: TrainingEvent[] = [];
    for await (const event of run) {
      events.push(event);
      if (event.type === 'step' && event.step === 2) run.send({ type: 'pause' });
      if (event.type === 'command' && event.command.type === 'pause') setTimeout(() => run.send({ type: 'checkpoint' }), 20);
      if (event.type === 'checkpoint' && event.step === 3) setTimeout(() => run.send({ type: 'resume' }), 20);
    }
    expect(events.map(short).slice(1, 8)).toEqual(['step 2', 'step 3', 'told pause 3', 'told checkpoint 3', 'checkpoint 3', 'told resume 3', 'step 4']);
    expect(traceOf(events)).toEqual(traceOf(await collect(train(options(host(), { steps: 8 })))));
  });

  it('stop ends a paused run', async () => {
    const events = await steered({ steps: 8 }, { 2: [{ type: 'pause' }, { type: 'stop' }] });
    expect(events.map(short)).toEqual(['step 1', 'step 2', 'step 3', 'told pause 3', 'told stop 3', 'done 3']);
  });

  it('divide-rate lowers all rates from the next update on, is saved at once, and is repeated by a run that is given it', async () => {
    const store = memoryCheckpointStore();
    const events = await steered({ steps: 12, checkpoints: { store, every: 100, about } }, { 2: [{ type: 'divide-rate', by: 10 }], 8: [{ type: 'divide-rate', by: 2 }] });
    // The rate of the schedule falls by ten after seven updates.
    const rates = events.flatMap((event) => (event.type === 'step' ? [event.lr] : []));
    expect(rates).toEqual([...Array<number>(3).fill(0.05), ...Array<number>(4).fill(0.05 / 10), ...Array<number>(2).fill((0.05 * 0.1) / 10), ...Array<number>(3).fill((0.05 * 0.1) / 20)]);
    expect(events.flatMap((event) => (event.type === 'checkpoint' ? [event.step] : []))).toEqual([3, 9, 12]);
    const { divisions } = (await newest(store)).progress;
    expect(divisions).toEqual([{ step: 3, by: 10 }, { step: 9, by: 2 }]);
    const repeated = await collect(train(options(host(), { steps: 12, divisions })));
    expect(traceOf(repeated)).toEqual(traceOf(events));
    expect(traceOf(await collect(train(options(host(), { steps: 12 })))).hash).not.toBe(traceOf(events).hash);
  });

  it('divide-rate in a pause is in the checkpoint of the pause, and a resumed run goes on with it', async () => {
    const store = memoryCheckpointStore();
    const sent: TrainingCommand[] = [{ type: 'pause' }, { type: 'checkpoint' }, { type: 'divide-rate', by: 4 }, { type: 'stop' }];
    await steered({ steps: 12, checkpoints: { store, about } }, { 4: sent });
    const start = await newest(store);
    expect(start.progress).toMatchObject({ step: 5, divisions: [{ step: 5, by: 4 }] });
    const resumed = await collect(train(options(host(), { steps: 12, start })));
    const whole = await collect(train(options(host(), { steps: 12, divisions: start.progress.divisions })));
    expect(traceOf(resumed)).toEqual({ ...traceOf(whole), steps: traceOf(whole).steps.slice(5) });
  });
});

describe('parseCommand', () => {
  it('takes over what makes up a command and nothing else', () => {
    expect(parseCommand(JSON.parse('{"type":"stop","by":3,"__proto__":{"x":1}}'))).toEqual({ type: 'stop' });
    expect(parseCommand({ type: 'divide-rate', by: 1.5, more: true })).toEqual({ type: 'divide-rate', by: 1.5 });
  });

  it('refuses everything else', () => {
    for (const value of [undefined, null, 'stop', 7, [], {}, { type: 'toString' }, { type: 'divide-rate' }, { type: 'divide-rate', by: '10' }, ...[1, 0, -2, NaN, Infinity].map((by) => ({ type: 'divide-rate', by }))]) {
      expect(() => parseCommand(value), JSON.stringify(value)).toThrow(OptionError);
    }
    expect(() => train(options(host(), { steps: 1 })).send({ type: 'divide-rate', by: 1 })).toThrow('divide-rate: by is 1, but must be a number above 1.');
  });
});
