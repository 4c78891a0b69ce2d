import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSafetensors } from '@convkit/model-io';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { alexnet, type Finished } from './support/cli.js';
import { testDevice, writeTinyIdx } from './support/tiny-data.js';

// Each test starts processes, and machines may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let cwd: string;
/** Six steps in one go, which all others are held against. */
let whole: Finished;
const common = ['--data', 'idx:tiny', '--batch', '2', '--device', testDevice, '--json'];

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'convkit-train-'));
  await writeTinyIdx(join(cwd, 'tiny'), 8, 6);
  whole = await alexnet(['train', ...common, '--max-steps', '6', '--checkpoint-every', '2', '--out', 'whole'], { cwd });
});
afterAll(() => rm(cwd, { recursive: true }));

/** What an evaluation tells. */
const judgement = ['magnitudes', 'layers', 'evaluation', 'mistakes'];
const typesOf = (events: Record<string, unknown>[]) => events.map(({ type }) => type);
/** Everything about the steps but how long they took. */
const stepsOf = (events: Record<string, unknown>[]) => events.filter(({ type }) => type === 'step').map(({ imagesPerSecond: _, dataSeconds: __, ...rest }) => rest);
const doneOf = ({ events }: Finished) => events.at(-1) as Record<string, unknown>;

describe('alexnet train --json', () => {
  it('writes the lines that programs rely on, and nothing else', () => {
    expect(whole).toMatchObject({ exitCode: 0, stderr: '' });
    const { events } = whole;
    expect(typesOf(events)).toEqual([
      ...['start', 'step', 'step', 'checkpoint', 'step', 'step', 'epoch', 'checkpoint', ...judgement, 'checkpoint', 'step', 'step', 'checkpoint', ...judgement, 'done'],
    ]);
    const steps = events.filter(({ type }) => type === 'step');
    for (const [i, step] of steps.entries()) {
      expect(Object.keys(step)).toEqual(['type', 'step', 'epoch', 'loss', 'top1', 'top5', 'lr', 'imagesPerSecond', 'dataSeconds']);
      expect(step).toMatchObject({ step: i + 1, epoch: i < 4 ? 0 : 1 });
      for (const name of ['loss', 'lr', 'imagesPerSecond']) expect(step[name]).toBeGreaterThan(0);
      expect([0, 0.5, 1]).toContain(step.top1);
      expect(step.dataSeconds).toBeGreaterThanOrEqual(0);
    }
    const judged = events.filter(({ type }) => type === 'evaluation');
    expect(judged.map(({ step, images, top5 }) => [step, images, top5])).toEqual([[4, 6, 1], [6, 6, 1]]);
    const names = ['step-00000002', 'step-00000004', 'best', 'step-00000006'];
    expect(events.filter(({ type }) => type === 'checkpoint').map(({ step, path }) => [step, path])).toEqual([2, 4, 4, 6].map((step, i) => [step, `whole/checkpoints/${names[i]}.safetensors`]));
    const mistakes = events.filter(({ type }) => type === 'mistakes') as unknown as { confusion: number[][]; worst: unknown[] }[];
    for (const { confusion, worst } of mistakes) {
      expect(confusion.reduce((sum, [, , cell]) => sum + cell, 0)).toBe(6);
      expect(worst).toHaveLength(confusion.reduce((sum, [label, guess, cell]) => (label === guess ? sum : sum + cell), 0));
    }
    const done = doneOf(whole);
    expect(done).toMatchObject({ reason: 'finished', steps: 6, epochs: 1, device: testDevice, run: 'whole', testTop1: judged[1].top1, testTop5: 1, testLoss: judged[1].loss });
    expect(done.weightsSha256).toMatch(/^[0-9a-f]{64}$/);
    expect(done.trainLoss).toBeCloseTo((Number(steps[4].loss) + Number(steps[5].loss)) / 2, 12);
    expect(done.imagesPerSecond).toBeGreaterThan(0);
    expect(done.dataSeconds).toBeCloseTo(steps.reduce((sum, { dataSeconds }) => sum + Number(dataSeconds), 0), 9);
  });

  it('leaves a run folder that says what it is', async () => {
    expect((await readdir(join(cwd, 'whole'))).sort()).toEqual(['card.md', 'checkpoints', 'events.jsonl', 'run.json']);
    expect(await readFile(join(cwd, 'whole/events.jsonl'), 'utf8')).toBe(whole.stdout);
    const run = JSON.parse(await readFile(join(cwd, 'whole/run.json'), 'utf8')) as Record<string, unknown>;
    expect(run).toMatchObject({
      data: `idx:${join(cwd, 'tiny')}`,
      dataset: { name: 'idx', trainImages: 8, testImages: 6 },
      dataHash: { train: expect.stringMatching(/^[0-9a-f]{64}$/) as string, test: expect.stringMatching(/^[0-9a-f]{64}$/) as string },
      classes: ['0', '1', '2'],
      format: { size: 28, channels: 1, classes: 3 },
      changes: [{ path: 'training.batch', from: 32, to: 2 }],
      maxSteps: 6,
      checkpointEvery: 2,
      seed: 1,
      device: testDevice,
    });
    expect(run.recipe).toMatchObject({ name: 'alexnet-mini', training: { batch: 2, epochs: 3 } });
    const card = await readFile(join(cwd, 'whole/card.md'), 'utf8');
    expect(card).toContain('| training.batch | 32 | 2 |');
    expect(card).toContain('| training.batch | 2 | --batch |');
    expect(card).toMatch(/^SHA-256 of the data: training [0-9a-f]{64}, test [0-9a-f]{64}\.$/m);
    expect((run.versions as Record<string, string>)['@convkit/training']).toMatch(/^\d+\.\d+\.\d+/);
    const names = await readdir(join(cwd, 'whole/checkpoints'));
    expect(names.sort()).toEqual(['best.safetensors', ...[2, 4, 6].map((step) => `step-0000000${step}.safetensors`)]);
    const { tensors, metadata } = readSafetensors(await readFile(join(cwd, 'whole/checkpoints', names[3])));
    expect([...tensors.keys()]).toEqual(expect.arrayContaining(['conv1.weight', 'fc8.bias', 'optimiser/conv1.weight']));
    expect((JSON.parse(metadata.get('state') as string) as { about: unknown }).about).toEqual(run);
  });

  it('names a run by date and model when it is not told where, and never twice the same', async () => {
    const runs = await Promise.all([1, 2].map(() => alexnet(['train', ...common, '--max-steps', '1'], { cwd })));
    const names = runs.map((run) => String(doneOf(run).run));
    for (const name of names) expect(name).toMatch(/^runs\/\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-alexnet-mini(-\d)?$/);
    expect(new Set(names).size).toBe(2);
    expect(runs.map((run) => doneOf(run).weightsSha256)).toEqual(Array(2).fill(doneOf(runs[0]).weightsSha256));
  });
});

describe('alexnet train --resume', () => {
  it('goes on to the bit in parts of a batch, with clipped gradients and averaged weights, which eval judges as training did', async () => {
    const so = [...common, '--micro-batch', '1', '--set', 'optimiser.clipNorm=0.5', '--set', 'optimiser.average=0.5', '--set', 'rates.weights.type=cosine', '--set', 'rates.weights.warmUp=0.5'];
    const once = await alexnet(['train', ...so, '--max-steps', '6', '--out', 'averaged'], { cwd });
    await alexnet(['train', ...so, '--max-steps', '3', '--out', 'averaged-halves'], { cwd });
    const second = await alexnet(['train', '--resume', 'averaged-halves', '--max-steps', '6', '--json'], { cwd });
    expect([once.exitCode, second.exitCode]).toEqual([0, 0]);
    expect(stepsOf(second.events)).toEqual(stepsOf(once.events).slice(3));
    expect(doneOf(second).weightsSha256).toBe(doneOf(once).weightsSha256);
    expect(doneOf(once)).not.toHaveProperty('judged');
    const described = JSON.parse(await readFile(join(cwd, 'averaged-halves', 'run.json'), 'utf8')) as Record<string, unknown>;
    expect(described).toMatchObject({ microBatch: 1, recipe: { optimiser: { clipNorm: 0.5, average: 0.5 } } });
    const judged = await alexnet(['eval', '--checkpoint', 'averaged', '--device', testDevice, '--json'], { cwd });
    expect(judged.events.at(-1)).toMatchObject({ loss: doneOf(once).testLoss, top1: doneOf(once).testTop1 });
  });

  it('refuses data of which an image or a label is another one now, as --replay does', async () => {
    const labels = join(cwd, 'tiny/train-labels-idx1-ubyte');
    const before = await readFile(labels);
    await writeFile(labels, Uint8Array.from(before, (byte, i) => (i === before.length - 1 ? 0 : byte)));
    const refused = [await alexnet(['train', '--resume', 'whole', '--max-steps', '8', '--json'], { cwd }), await alexnet(['train', '--replay', 'whole', '--out', 'replayed-on-others', '--json'], { cwd })];
    await writeFile(labels, before);
    for (const one of refused) expect(one).toMatchObject({ exitCode: 1, stdout: '', stderr: `error: idx:${join(cwd, 'tiny')}: is not the data of this run any more: an image or a label is another one than when it began.\n` });
  });

  it('ends as if there had been no interruption, in the same folder', async () => {
    const first = await alexnet(['train', ...common, '--max-steps', '3', '--out', 'halves'], { cwd });
    const second = await alexnet(['train', '--resume', 'halves', '--max-steps', '6', '--json'], { cwd });
    expect(second).toMatchObject({ exitCode: 0, stderr: '' });
    expect(second.events[0]).toMatchObject({ type: 'start', step: 3, steps: 6, run: 'halves', device: testDevice });
    expect([...stepsOf(first.events), ...stepsOf(second.events)]).toEqual(stepsOf(whole.events));
    for (const name of ['weightsSha256', 'trainLoss', 'testTop1', 'testLoss', 'steps', 'epochs']) expect(doneOf(second)[name]).toEqual(doneOf(whole)[name]);
    expect(await readFile(join(cwd, 'halves/events.jsonl'), 'utf8')).toBe(first.stdout + second.stdout);
  });

  it('goes on from one named checkpoint, too', async () => {
    const resumed = await alexnet(['train', '--resume', 'whole/checkpoints/step-00000004.safetensors', '--max-steps', '6', '--json'], { cwd });
    expect(stepsOf(resumed.events)).toEqual(stepsOf(whole.events).slice(4));
    expect(doneOf(resumed).weightsSha256).toBe(doneOf(whole).weightsSha256);
  });

  it('says when there is nothing left to do', async () => {
    const idle = await alexnet(['train', '--resume', 'whole', '--json'], { cwd });
    expect(typesOf(idle.events)).toEqual(['start', 'warning', 'magnitudes', 'evaluation', 'mistakes', 'done']);
    expect(idle.events[1]).toMatchObject({ message: 'the run was over already: 6 of 6 steps were done; --max-steps N goes further' });
    expect(doneOf(idle)).toMatchObject({ weightsSha256: doneOf(whole).weightsSha256, imagesPerSecond: 0 });
  });

  it('goes on after kill -9, over the lock of the dead process and past a torn checkpoint', async () => {
    const killed = await alexnet(['train', ...common, '--max-steps', '100', '--checkpoint-every', '1', '--out', 'killed'], {
      cwd,
      onEvent: ({ type, step }, child) => type === 'checkpoint' && step === 3 && child.kill('SIGKILL'),
    });
    expect(killed.exitCode).toBe(null);
    expect(await readdir(join(cwd, 'killed'))).toContain('lock');
    const checkpoints = join(cwd, 'killed/checkpoints');
    await writeFile(join(checkpoints, 'step-00000099.safetensors'), (await readFile(join(checkpoints, 'step-00000003.safetensors'))).subarray(0, 5000));
    const resumed = await alexnet(['train', '--resume', 'killed', '--max-steps', '6', '--json'], { cwd });
    expect(resumed.exitCode).toBe(0);
    expect(resumed.events[1]).toMatchObject({ type: 'warning', message: expect.stringMatching(/^passed over a checkpoint that is not whole: step-00000099\.safetensors: /) as string });
    expect(doneOf(resumed).weightsSha256).toBe(doneOf(whole).weightsSha256);
    expect(await readdir(join(cwd, 'killed'))).not.toContain('lock');
  });
});

describe.each(['SIGINT', 'SIGTERM'] as const)('%s', (signal) => {
  it('finishes the step, saves, and ends well', async () => {
    const out = `stopped-${signal}`;
    // On a busy machine the signal comes after more than one epoch, which would judge and save, too.
    const stopped = await alexnet(['train', ...common, '--max-steps', '9000', '--evaluate-every', '9000', '--checkpoint-every', '9000', '--out', out], { cwd, onEvent: ({ type, step }, child) => type === 'step' && step === 2 && child.kill(signal) });
    expect(stopped).toMatchObject({ exitCode: 0, stderr: '' });
    expect(typesOf(stopped.events).filter((type) => type !== 'step' && type !== 'epoch')).toEqual(['start', 'command', 'checkpoint', 'done']);
    const { steps, ...done } = doneOf(stopped);
    expect(done).toMatchObject({ reason: 'stopped', testTop1: null });
    // Sent after step 2, when step 3 has begun.
    expect(steps).toBeGreaterThanOrEqual(3);
    expect(steps).toBeLessThan(9000);
    expect(stopped.events.filter(({ type }) => type === 'step' || type === 'command' || type === 'checkpoint').slice(-3)).toMatchObject(['step', 'command', 'checkpoint'].map((type) => ({ type, step: steps })));
    const length = ['--max-steps', String(Number(steps) + 3), '--json'];
    const resumed = await alexnet(['train', '--resume', out, ...length], { cwd });
    const undisturbed = await alexnet(['train', ...common, ...length, '--out', `undisturbed-${signal}`], { cwd });
    expect(doneOf(resumed).weightsSha256).toBe(doneOf(undisturbed).weightsSha256);
  });
});

describe('alexnet train --replay', () => {
  it('repeats a run that was steered, weights and all', async () => {
    let stopping = false;
    const steered = await alexnet(['train', ...common, '--max-steps', '9000', '--evaluate-every', '9000', '--checkpoint-every', '9000', '--keep', '1', '--out', 'steered'], {
      cwd,
      // Signals bring no rate; the checkpoint shows that they are heard at all.
      onEvent: ({ type, step }, child) => {
        if (type === 'step' && step === 2) child.kill('SIGUSR2');
        // A second one would end it at once.
        if (type === 'checkpoint' && !stopping) stopping = child.kill('SIGTERM');
      },
    });
    expect(steered.events.filter(({ type }) => type === 'command').map(({ command }) => command)).toEqual([{ type: 'checkpoint' }, { type: 'stop' }]);
    const { steps, weightsSha256 } = doneOf(steered);
    const replayed = await alexnet(['train', '--replay', 'steered', '--out', 'replayed', '--json'], { cwd });
    expect(replayed).toMatchObject({ exitCode: 0, stderr: '' });
    expect(doneOf(replayed)).toMatchObject({ reason: 'finished', steps, weightsSha256 });
    expect(stepsOf(replayed.events)).toEqual(stepsOf(steered.events));
    expect(await alexnet(['train', '--replay', 'steered', '--lr', '1'], { cwd })).toMatchObject({ exitCode: 2, stderr: expect.stringMatching(/^error: --lr cannot be given together with --replay: the run has decided it\.\nhelp: /) as string });
  });
});

describe('a run that goes astray', () => {
  it('keeps the batch, and names it', async () => {
    const { exitCode, stderr } = await alexnet(['train', ...common, '--max-steps', '50', '--lr', '1e20', '--out', 'astray'], { cwd });
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^error: training diverged: the loss of step \d+ \(epoch \d+\) is (NaN|Infinity|-Infinity)\.\nhelp: lower the learning rate, .*Its batch is kept: astray\/bad-batch-\d+\.png and \.safetensors\.\n$/);
    const [file] = (await readdir(join(cwd, 'astray'))).filter((name) => /^bad-batch-\d+\.safetensors$/.test(name));
    const { tensors } = readSafetensors(await readFile(join(cwd, 'astray', file)));
    expect([tensors.get('x')?.shape, tensors.get('targets')?.shape]).toEqual([[2, 26, 26, 1], [2, 3]]);
    expect((await readFile(join(cwd, 'astray', file.replace('safetensors', 'png')))).subarray(1, 4).toString()).toBe('PNG');
  });

  it('ends when its loss stays flat, and when it gets no better, with the best weights', async () => {
    const flat = await alexnet(['train', ...common, '--max-steps', '50', '--lr', '1e-12', '--flat-after', '4', '--out', 'flat'], { cwd });
    expect(flat).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/^error: the network does not learn: over the last 8 updates up to step \d+ the loss stayed at /) as string });
    const early = await alexnet(['train', ...common, '--max-steps', '200', '--lr', '1e-12', '--early-stop', '1', '--out', 'early'], { cwd });
    expect(early).toMatchObject({ exitCode: 0, stderr: '' });
    expect(doneOf(early)).toMatchObject({ reason: 'early-stop', steps: 12 });
    expect(early.events.find(({ type }) => type === 'restored')).toEqual({ type: 'restored', step: 12, from: 4 });
  });
});

it('a second signal ends at once', async () => {
  const out = 'impatient';
  const stopped = await alexnet(['train', ...common, '--max-steps', '1000', '--out', out], {
    cwd,
    onEvent: ({ type, step }, child) => {
      if (type !== 'step' || step !== 2) return;
      child.kill('SIGINT');
      setTimeout(() => child.kill('SIGINT'), 30);
    },
  });
  expect(stopped.exitCode).toBe(130);
  expect(typesOf(stopped.events)).not.toContain('done');
});

it('a second trainer in the same folder is refused, and the first is not disturbed', async () => {
  let second: Promise<Finished> | undefined;
  const first = await alexnet(['train', ...common, '--max-steps', '1000', '--checkpoint-every', '1', '--out', 'shared'], {
    cwd,
    onEvent: ({ type, step }, child) => {
      if (type !== 'checkpoint' || step !== 1) return;
      second = alexnet(['train', '--resume', 'shared', '--json'], { cwd });
      void second.then(() => child.kill('SIGINT'));
    },
  });
  expect(await second).toMatchObject({ exitCode: 1, stdout: '' });
  expect((await second)?.stderr).toMatch(/^error: shared\/lock: process \d+ on .* is training in this run folder\.\nhelp: [^\n]*\n$/);
  expect(first.exitCode).toBe(0);
  expect(stepsOf(first.events).slice(0, 6)).toEqual(stepsOf(whole.events).slice(0, 6).slice(0, stepsOf(first.events).length));
});

it('a reader that leaves ends the run like a request to stop', async () => {
  const stopped = await alexnet(['train', ...common, '--max-steps', '1000', '--out', 'unread'], { cwd, onEvent: ({ type }, child) => type === 'step' && child.stdout?.destroy() });
  expect(stopped).toMatchObject({ exitCode: 0, stderr: '' });
  expect(await readdir(join(cwd, 'unread/checkpoints'))).toHaveLength(1);
});

it('without --json there are lines for people, and a hint what to type next', async () => {
  const { stdout, stderr, exitCode } = await alexnet(['train', ...common.filter((arg) => arg !== '--json'), '--max-steps', '2', '--out', 'spoken'], { cwd });
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
  const lines = stdout.split('\n');
  expect(lines.shift()).toBe(`reading idx:${join(cwd, 'tiny')}`);
  expect(lines[0]).toMatch(/^alexnet-mini \([\d,]+ parameters\) on idx:.*tiny \(8 images to learn, 6 to judge\)$/);
  expect(lines[1]).toBe('recipe alexnet-mini, but training.batch: 32 -> 2');
  expect(lines[2]).toBe(`device ${testDevice}, batch 2, seed 1; run folder spoken`);
  expect(lines[3]).toMatch(/^epoch 1\/1 {2}step 1\/2 {2}\d+ s left {2}loss \d\.\d{4} {2}top-1 \d+\.0 % {2}top-5 100\.0 % {2}\d+ images\/s {2}data [\d.]+ % {2}rate 0\.025$/);
  expect(stdout).toMatch(/\nstep 2: test loss \d\.\d{4}, top-1 \d+\.\d %, top-5 100\.0 % of 6 images\nfinished: 2 steps in \d+ s, /);
  expect(lines.slice(-4)).toEqual(['what next:', '  alexnet eval --checkpoint spoken --views 10', '  alexnet predict --checkpoint spoken IMAGE...', '']);
});

it('a new run never writes into a folder that holds something', async () => {
  await mkdir(join(cwd, 'precious'));
  await writeFile(join(cwd, 'precious/thesis.txt'), 'all of it');
  const refused = await alexnet(['train', ...common, '--max-steps', '1', '--out', 'precious'], { cwd });
  expect(refused).toMatchObject({
    exitCode: 1,
    stdout: '',
    stderr: 'error: precious: the folder is not empty, and a new run never writes over anything.\nhelp: choose another --out, or go on with the run in it: alexnet train --resume precious\n',
  });
  expect(await readdir(join(cwd, 'precious'))).toEqual(['thesis.txt']);
});
