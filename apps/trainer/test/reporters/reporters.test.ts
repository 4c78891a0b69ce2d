import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { chooseReporter } from '../../src/reporters/choose-reporter.js';
import { jsonReporter } from '../../src/reporters/json-reporter.js';
import { originalReporter } from '../../src/reporters/original-reporter.js';
import { plainReporter } from '../../src/reporters/plain-reporter.js';
import type { RunEvent, RunDoneEvent, StartEvent } from '../../src/run-events.js';

const start: StartEvent = {
  ...{ type: 'start', run: 'runs/a', recipe: 'alexnet-mini', model: 'alexnet-mini', changes: ['data.flip: 0.5 -> 0'], data: 'fashion-mnist', device: 'gpujs-webasm', step: 0, steps: 200, stepsPerEpoch: 100 },
  ...{ batch: 32, seed: 1, parameters: 236_922, trainImages: 60_000, testImages: 10_000, workers: 2 },
};
const step = (number: number): RunEvent => ({ type: 'step', step: number, epoch: 0, loss: 0.5, top1: 0.75, top5: 1, lr: 0.02, imagesPerSecond: 64, dataSeconds: 0.002 });
const epoch: RunEvent = { type: 'epoch', step: 100, epoch: 0, loss: 0.6, top1: 0.7, top5: 0.95 };
const evaluation: RunEvent = { type: 'evaluation', step: 100, loss: 0.4, top1: 0.8512, top5: 0.99, images: 10_000 };
const done: RunDoneEvent = {
  ...{ type: 'done', reason: 'finished', steps: 200, epochs: 2, trainLoss: 0.45, testTop1: 0.86, testTop5: 0.99, testLoss: 0.38, imagesPerSecond: 1204.4, dataSeconds: 0.4 },
  ...{ device: 'gpujs-webasm', weightsSha256: '0'.repeat(64), seconds: 312, run: 'runs/a' },
};
const commands = ([{ type: 'checkpoint' }, { type: 'pause' }, { type: 'resume' }, { type: 'divide-rate', by: 10 }, { type: 'stop' }] as const).map((command) => ({ type: 'command', step: 1100, command }) as const);
/** Not for people who watch. */
const unshown: readonly RunEvent[] = [
  { type: 'mistakes', step: 100, confusion: [[0, 6, 10]], worst: [{ image: 17, label: 0, guess: 6, loss: 9.5 }] },
  { type: 'layers', step: 100, layers: [{ name: 'conv1', kind: 'conv2d', forwardMs: 1.5, backwardMs: 3 }] },
];

/** A terminal that remembers what was written. */
function terminal(isTTY: boolean, columns = 120): { stream: NodeJS.WriteStream; text: () => string } {
  const stream = new PassThrough();
  let text = '';
  stream.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  return { stream: Object.assign(stream, { isTTY, columns, rows: 30 }) as unknown as NodeJS.WriteStream, text: () => text };
}

describe('jsonReporter', () => {
  it('writes one line an event, and none for the eye alone', () => {
    let text = '';
    const reporter = jsonReporter((part) => (text += part));
    for (const event of [start, step(1), { type: 'evaluating', step: 1, images: 5, of: 10 } as const, evaluation, done]) reporter.report(event);
    reporter.note('never mind');
    reporter.close();
    expect(text).toBe([start, step(1), evaluation, done].map((event) => `${JSON.stringify(event)}\n`).join(''));
  });
});

describe('plainReporter', () => {
  it('writes a line now and then, and everything that is worth keeping', () => {
    let text = '';
    let now = 0;
    const reporter = plainReporter((part) => (text += part), () => now);
    reporter.report(start);
    for (let i = 1; i <= 100; i++) {
      reporter.report(step(i));
      now += 100;
    }
    for (const event of [epoch, evaluation, { type: 'warning', step: 100, code: 'X', message: 'the disk is full' } as const, ...commands, ...unshown, { type: 'restored', step: 200, from: 100 } as const, done]) {
      reporter.report(event);
    }
    reporter.close();
    expect(text.split('\n')).toEqual([
      'alexnet-mini (236,922 parameters) on fashion-mnist (60,000 images to learn, 10,000 to judge)',
      'recipe alexnet-mini, but data.flip: 0.5 -> 0',
      'device gpujs-webasm, batch 32, seed 1, 2 workers make the batches; run folder runs/a',
      'epoch 1/2  step 1/200  1:40 left  loss 0.5000  top-1 75.0 %  top-5 100.0 %  64 images/s  data 0.4 %  rate 0.02',
      'epoch 1/2  step 51/200  1:15 left  loss 0.5000  top-1 75.0 %  top-5 100.0 %  64 images/s  data 0.4 %  rate 0.02',
      'epoch 1: training loss 0.6000, top-1 70.0 %; test loss 0.4000, top-1 85.1 %, top-5 99.0 % of 10,000 images',
      'warning: the disk is full',
      'step 1,100: saving a checkpoint',
      'step 1,100: paused',
      'step 1,100: going on',
      'step 1,100: all rates are divided by 10 from now on',
      'step 1,100: stopping',
      'step 200: the best weights are put back, those after step 100',
      'finished: 200 steps in 5:12, 1,204 images/s, training loss 0.45, test top-1 86.0 %',
      'what next:',
      '  alexnet eval --checkpoint runs/a --views 10',
      '  alexnet predict --checkpoint runs/a IMAGE...',
      '',
    ]);
  });
});

describe('originalReporter', () => {
  it('writes the lines of the 2012 code: one for 1,024 images, errors with six decimals, sizes of weights and increments', () => {
    let text = '';
    const reporter = originalReporter((part) => (text += part));
    reporter.report({ ...start, batch: 512, stepsPerEpoch: 3 });
    const learn = (number: number, epoch: number) => reporter.report({ type: 'step', step: number, epoch, loss: number, top1: 0.25, top5: 0.75, lr: 0.01, imagesPerSecond: 512, dataSeconds: 0 });
    for (const number of [1, 2, 3]) learn(number, 0);
    reporter.report({ type: 'epoch', step: 3, epoch: 0, loss: 2, top1: 0.25, top5: 0.75 });
    learn(4, 1);
    for (const event of [...commands.slice(1, 4), ...unshown]) reporter.report(event);
    reporter.report({ type: 'magnitudes', step: 4, parameters: [{ name: 'conv1.weight', value: 0.0123, increment: 4.5e-5 }] });
    reporter.report(evaluation);
    reporter.report({ type: 'restored', step: 4, from: 3 });
    reporter.report({ type: 'checkpoint', step: 4, path: 'runs/a/checkpoints/x' });
    reporter.report({ ...done, steps: 4, seconds: 4 });
    reporter.close();
    expect(text.split('\n')).toEqual([
      '=========================',
      'Training alexnet-mini: recipe alexnet-mini',
      '  data.flip: 0.5 -> 0',
      'Data fashion-mnist, 2 batches of 1024 images an epoch, minibatches of 512',
      'Device gpujs-webasm, checkpoints in runs/a',
      '=========================',
      '1.1... logprob:  1.500000, 0.750000, 0.250000 (2.000 sec)',
      '1.2... logprob:  3.000000, 0.750000, 0.250000 (1.000 sec)',
      '2.1... logprob:  4.000000, 0.750000, 0.250000 (1.000 sec)',
      '# pause after 1100 minibatches',
      '# resume after 1100 minibatches',
      '# divide-rate 10 after 1100 minibatches',
      '  conv1.weight                 1.230000e-2 [4.500000e-5]',
      '======================Test output======================',
      'logprob:  0.400000, 0.148800, 0.010000 (10000 images)',
      '# weights after 3 minibatches put back',
      'Saved checkpoint to runs/a/checkpoints/x',
      'finished after 4 minibatches (4.000 sec)',
      '',
    ]);
  });
});

describe('chooseReporter', () => {
  const show = (isTTY: boolean, environment: NodeJS.ProcessEnv): string => {
    const { stream, text } = terminal(isTTY);
    const reporter = chooseReporter('plain', stream, environment);
    for (const event of [start, step(1), evaluation, { ...done, reason: 'stopped', testTop1: null } as const]) reporter.report(event);
    reporter.close();
    return text();
  };

  it('draws two live lines on a terminal and leaves only what is worth keeping', () => {
    const text = show(true, {});
    expect(text).toContain('\u001B[36m');
    expect(stripVTControlCharacters(text)).toContain('░░░░ epoch 1/2  step 1/200  1:40 left\nloss 0.5000  top-1 75.0 %  top-5 100.0 %  64 images/s  data 0.4 %  rate 0.02\n');
    expect(stripVTControlCharacters(text)).toContain('what next:\n  alexnet train --resume runs/a\n');
  });

  it('leaves out what matters least where the terminal is narrow, and needs no more than 80 columns for the rest', () => {
    const linesAt = (columns: number): readonly string[] => {
      const { stream, text } = terminal(true, columns);
      const reporter = chooseReporter('plain', stream, { NO_COLOR: '1' });
      reporter.report({ ...start, steps: 450_450, stepsPerEpoch: 5005, batch: 256 });
      const before = text().length;
      reporter.report({ type: 'step', step: 440_440, epoch: 87, loss: 12.3456, top1: 1, top5: 1, lr: 0.000_123_4, imagesPerSecond: 1234, dataSeconds: 0.2 });
      const drawn = stripVTControlCharacters(text().slice(before)).split('\n').filter((line) => line !== '');
      reporter.close();
      return drawn;
    };
    expect(linesAt(80)).toEqual([
      `${'█'.repeat(23)}░ epoch 88/90  step 440,440/450,450  34:37 left`,
      'loss 12.3456  top-1 100.0 %  top-5 100.0 %  1,234 images/s  data 96.4 %',
    ]);
    expect(linesAt(100)[1]).toBe('loss 12.3456  top-1 100.0 %  top-5 100.0 %  1,234 images/s  data 96.4 %  rate 0.0001234');
    expect(linesAt(60)).toEqual([`${'█'.repeat(14)} epoch 88/90  step 440,440/450,450  34:37 left`, 'loss 12.3456  top-1 100.0 %  top-5 100.0 %  1,234 images/s']);
    expect(linesAt(40)).toEqual(['███████ step 440,440/450,450  34:37 left', 'loss 12.3456  top-1 100.0 %']);
    expect(linesAt(12)).toEqual(['34:37 left', 'loss 12.3456']);
  });

  it('uses no colour when NO_COLOR is set', () => {
    // Colours are the sequences that end in m; those that move the cursor stay.
    expect(show(true, { NO_COLOR: '1' })).not.toMatch(/\u001B\[[\d;]*m/);
    expect(show(true, { NO_COLOR: '' })).toContain('\u001B[36m');
  });

  it('moves no cursor in a pipe or a dumb terminal', () => {
    for (const text of [show(false, {}), show(true, { TERM: 'dumb' })]) {
      expect(text).not.toContain('\u001B');
      expect(text).toContain('epoch 1/2  step 1/200');
    }
  });
});
