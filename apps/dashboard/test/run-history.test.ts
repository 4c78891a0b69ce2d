import type { TrainingCommand } from '@convkit/training';
import { beforeEach, describe, expect, it } from 'vitest';
import { RunHistory } from '../src/run-history.js';
import type { RunEvent, StartEvent } from '../src/wire.js';

const start = (step: number): StartEvent => ({
  type: 'start', recipe: 'r', model: 'm', changes: [], data: 'd', device: 'cpu', step, steps: 100, stepsPerEpoch: 10, batch: 32, seed: 1, parameters: 9, trainImages: 320, testImages: 50, workers: 0,
});
const stepEvent = (step: number, loss: number | null = step): RunEvent => ({ type: 'step', step, epoch: 0, loss, top1: 0.5, top5: 0.9, lr: 0.01, imagesPerSecond: 100, dataSeconds: 0.002 });
const evaluation = (step: number, top1: number): RunEvent => ({ type: 'evaluation', step, loss: 1, top1, top5: 1, images: 50 });
const done: RunEvent = { type: 'done', reason: 'finished', steps: 3, testTop1: 0.75, seconds: 61 };

let history: RunHistory;
beforeEach(() => {
  history = new RunHistory();
});
const take = (...events: readonly RunEvent[]) => events.forEach((event) => history.add(event));

describe('RunHistory', () => {
  it('keeps what steps and evaluations tell', () => {
    take(start(0), stepEvent(1, 2.5), stepEvent(2, null), evaluation(2, 0.25));
    expect(history.step).toBe(2);
    expect([...history.train.column('loss').values]).toEqual([2.5, Number.NaN]);
    expect([...history.test.column('top1').values]).toEqual([0.25]);
    expect(history.means.loss.over(10).last).toBe(2.5);
  });

  it('lets the steps of a run that went on take the place of those that were lost', () => {
    take(start(0), ...[1, 2, 3, 4].map((step) => stepEvent(step)), evaluation(4, 0.5), start(2), stepEvent(3, 30));
    expect([...history.train.steps.values]).toEqual([1, 2, 3]);
    expect(history.train.column('loss').last).toBe(30);
    expect(history.test.length).toBe(0);
    expect(history.log.map(({ text }) => text)).toEqual(['Started on cpu', 'Went on from step 2 on cpu']);
  });

  it('passes over events that it has, whatever the messages they come in', () => {
    const events = [start(0), ...[1, 2, 3, 4, 5].map((step) => stepEvent(step))];
    history.take(events.slice(0, 4), 4);
    // As after a reconnection to a server that was started again.
    history.take(events.slice(0, 2), 2);
    history.take(events.slice(2, 6), 6);
    history.take(events.slice(5, 6), 6);
    expect([...history.train.steps.values]).toEqual([1, 2, 3, 4, 5]);
    expect(history.train.steps.cuts).toBe(0);
    expect(history.log).toHaveLength(1);
  });

  it('knows whether the run is paused', () => {
    const command = (type: 'pause' | 'resume' | 'checkpoint'): RunEvent => ({ type: 'command', step: 1, command: { type } });
    take(start(0), stepEvent(1), command('pause'));
    expect(history.paused).toBe(true);
    take(command('checkpoint'));
    expect(history.paused).toBe(true);
    take(command('resume'));
    expect(history.paused).toBe(false);
    take(command('pause'), done);
    expect(history.paused).toBe(false);
  });

  it('keeps the sizes of each parameter', () => {
    const magnitudes = (step: number): RunEvent => ({ type: 'magnitudes', step, parameters: [{ name: 'conv1.weight', value: step, increment: step / 100 }] });
    take(start(0), magnitudes(10), magnitudes(20), start(10));
    expect([...(history.magnitudes.get('conv1.weight')?.column('increment').values ?? [])]).toEqual([0.1]);
  });

  it('logs warnings, commands, checkpoints and the end in words', () => {
    take(
      start(0),
      { type: 'warning', step: 1, code: 'IMAGE_SKIPPED', message: 'x.jpg cannot be read' },
      { type: 'command', step: 2, command: { type: 'divide-rate', by: 10 } },
      { type: 'checkpoint', step: 2, path: 'runs/a/checkpoints/step-00000002.safetensors' },
      { type: 'restored', step: 3, from: 2 },
      done,
    );
    expect(history.log.slice(1).map(({ id, kind, step, text }) => [id, kind, step, text])).toEqual([
      [1, 'warning', 1, 'IMAGE_SKIPPED: x.jpg cannot be read'],
      [2, 'command', 2, 'Learning rate divided by 10'],
      [3, 'checkpoint', 2, 'Checkpoint step-00000002.safetensors'],
      [4, 'restored', 3, 'The weights of step 2, which were the best, were put back'],
      [5, 'done', 3, 'Finished after 1 min 1 s: 75.0 % of the test images right'],
    ]);
    expect(history.checkpoint).toBe(2);
  });

  it('takes a checkpoint for news when it was asked for', () => {
    const checkpoint: RunEvent = { type: 'checkpoint', step: 2, path: 'step-00000002.safetensors' };
    const command = (command: TrainingCommand): RunEvent => ({ type: 'command', step: 2, command });
    take(start(0), checkpoint, command({ type: 'divide-rate', by: 10 }), checkpoint, command({ type: 'checkpoint' }), checkpoint, checkpoint);
    expect(history.log.map(({ kind, isNews }) => [kind, isNews])).toEqual([
      ['start', true],
      ['checkpoint', false],
      ['command', true],
      ['checkpoint', false],
      ['command', true],
      ['checkpoint', true],
      ['checkpoint', false],
    ]);
  });

  it('keeps the newest thousand lines of the log', () => {
    for (let step = 1; step <= 1_500; step++) take({ type: 'checkpoint', step, path: `${step}` });
    expect([history.log.length, history.log[0].step, history.log.at(-1)?.id]).toEqual([1_000, 501, 1_499]);
  });
});
