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

const typesOf = (events: Record<string, unknown>[]) => events.map(({ type }) => type);
/** Everything about the steps but how long they took. */
const stepsOf = (events: Record<string, unknown>[]) => events.filter(({ type }) => type === 'step').map(({ imagesPerSecond: _, dataSeconds: __, ...rest }) => rest);
const doneOf = ({ events }: Finished) => events.at(-1) as Record<string, unknown>;

describe('alexnet train --json', () => {
  it('writes the lines that programs rely on, and nothing else', () => {
    expect(whole).toMatchObject({ exitCode: 0, stderr: '' });
    const { events } = whole;
    expect(typesOf(events)).toEqual([
      ...['start', 'step', 'step', 'checkpoint', 'step', 'step', 'epoch', 'checkpoint', 'evaluation', 'step', 'step', 'checkpoint', 'evaluation', 'done'],
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
    expect(events.filter(({ type }) => type === 'checkpoint').map(({ step, path }) => [step, path])).toEqual([2, 4, 6].map((step) => [step, `whole/checkpoints/step-0000000${step}.safetensors`]));
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
    expect((run.versions as Record<string, string>)['@convkit/training']).toMatch(/^\d+\.\d+\.\d+/);
    const names = await readdir(join(cwd, 'whole/checkpoints'));
    expect(names.sort()).toEqual([2, 4, 6].map((step) => `step-0000000${step}.safetensors`));
    const { tensors, metadata } = readSafetensors(await readFile(join(cwd, 'whole/checkpoints', names[2])));
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
    expect(typesOf(idle.events)).toEqual(['start', 'warning', 'evaluation', 'done']);
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
    const stopped = await alexnet(['train', ...common, '--max-steps', '1000', '--out', out], { cwd, onEvent: ({ type, step }, child) => type === 'step' && step === 2 && child.kill(signal) });
    expect(stopped).toMatchObject({ exitCode: 0, stderr: '' });
    expect(typesOf(stopped.events).slice(-2)).toEqual(['checkpoint', 'done']);
    const done = doneOf(stopped);
    expect(done).toMatchObject({ reason: 'stopped', testTop1: null });
    // Told after step 2, when step 3 had begun.
    expect([3, 4]).toContain(done.steps);
    const resumed = await alexnet(['train', '--resume', out, '--max-steps', '6', '--json'], { cwd });
    expect(doneOf(resumed).weightsSha256).toBe(doneOf(whole).weightsSha256);
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
  expect(lines[3]).toMatch(/^epoch 1\/1 {2}step 1\/2 {2}loss \d\.\d{4} {2}top-1 \d+\.0 % {2}rate 0\.025 {2}\d+ images\/s {2}data [\d.]+ % {2}\d+ s left$/);
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
