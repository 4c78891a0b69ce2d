import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeCheckpoint, encodeCheckpoint } from '@convkit/training';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { alexnet, type Finished } from './support/cli.js';
import { testDevice, writeTinyIdx } from './support/tiny-data.js';

// Each test starts processes, and machines may be busy.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

let cwd: string;
const common = ['--data', 'idx:tiny', '--batch', '2', '--device', testDevice];

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'convkit-limits-'));
  await writeTinyIdx(join(cwd, 'tiny'), 12, 250);
});
afterAll(() => rm(cwd, { recursive: true }));

const train = (...args: string[]) => alexnet(['train', ...common, ...args], { cwd });
const of = ({ events }: Finished, type: string) => events.filter((event) => event.type === type);
const lossesOf = (run: Finished) => of(run, 'step').map(({ step, epoch, loss }) => [step, epoch, loss]);

describe('--limit-train-batches and --limit-eval-batches', () => {
  it('make epochs and evaluations shorter, are told, and hold for a resumed run', async () => {
    const whole = await train('--limit-train-batches', '2', '--limit-eval-batches', '0.4', '--max-steps', '5', '--out', 'whole', '--json');
    expect(whole).toMatchObject({ exitCode: 0, stderr: '' });
    const limits = { trainBatches: 2, evalBatches: 0.4 };
    expect(whole.events[0]).toMatchObject({ type: 'start', steps: 5, stepsPerEpoch: 2, limits });
    expect(lossesOf(whole).map(([, epoch]) => epoch)).toEqual([0, 0, 1, 1, 2]);
    expect(of(whole, 'evaluation').map(({ step, images }) => [step, images])).toEqual([[2, 100], [4, 100], [5, 100]]);
    const card = await readFile(join(cwd, 'whole/card.md'), 'utf8');
    expect(card).toContain('A part of the data: an epoch is 2 batches.\n');
    expect(card).toContain('A part of the data: judged by 40.0 % of the batches, spread over the test images.\n');
    expect(JSON.parse(await readFile(join(cwd, 'whole/run.json'), 'utf8'))).toMatchObject({ limits });

    const first = await train('--limit-train-batches', '2', '--limit-eval-batches', '0.4', '--max-steps', '3', '--out', 'halves', '--json');
    const second = await alexnet(['train', '--resume', 'halves', '--max-steps', '5', '--json'], { cwd });
    expect([...lossesOf(first), ...lossesOf(second)]).toEqual(lossesOf(whole));
    expect(second.events[0]).toMatchObject({ limits, stepsPerEpoch: 2 });
    expect(second.events.at(-1)).toMatchObject({ weightsSha256: whole.events.at(-1)?.weightsSha256, testLoss: whole.events.at(-1)?.testLoss });
  });

  it('mean the same to threads that make batches ahead', async () => {
    const [none, two] = [await train('--limit-train-batches', '2', '--max-steps', '5', '--json'), await train('--limit-train-batches', '2', '--max-steps', '5', '--workers', '2', '--json')];
    expect(lossesOf(none)).toHaveLength(5);
    expect(lossesOf(two)).toEqual(lossesOf(none));
  });
});

describe('--overfit-batches', () => {
  it('learns a batch by heart, is judged by it, and says so', async () => {
    const overfit = ['--overfit-batches', '1', '--lr', '0.01', '--set', 'data.flip=0', '--max-steps', '90'];
    const spoken = await train(...overfit, '--out', 'by-heart');
    expect(spoken).toMatchObject({ exitCode: 0, stderr: '' });
    expect(spoken.stdout).toContain('\na part of the data: the first 1 batch of epoch 1 again and again, crops and order frozen, judged by the same images\n');
    expect(spoken.stdout).toMatch(/\nepoch 1: training loss [\d.]+, top-1 [\d.]+ %; the same images: loss [\d.]+, top-1 [\d.]+ %, top-5 100\.0 % of 2 images\n/);
    expect(spoken.stdout).toMatch(/\nlearnt by heart: a loss of [\d.e-]+ is nearly 0, and every image is right: the network can learn\nwhat next:\n/);
    const threads = await train(...overfit, '--workers', '2', '--json');
    expect(threads.events[0]).toMatchObject({ stepsPerEpoch: 6, limits: { overfitBatches: 1 } });
    expect(threads.events.at(-1)?.testTop1).toBe(1);
    expect(Number(threads.events.at(-1)?.testLoss)).toBeLessThan(0.1);
  });

  it('says when nothing was learnt', async () => {
    const { stdout } = await train('--overfit-batches', '2', '--max-steps', '1', '--lr', '0.000001');
    expect(stdout).toMatch(/\nnot learnt by heart: a loss of 1\.\d+ is not below 0\.1\. More steps or another rate may help; /);
  });
});

describe('--fast-dev-run', () => {
  const folders = async () => (await readdir(tmpdir())).filter((name) => name.startsWith('alexnet-fast-dev-run-'));

  it('does everything once and leaves nothing', async () => {
    const before = (await readdir(cwd)).sort();
    const spoken = await train('--fast-dev-run');
    expect(spoken).toMatchObject({ exitCode: 0, stderr: '' });
    expect(spoken.stdout).toMatch(/\neverything works: 1 update \(loss [\d.]+\), 100 images judged \(loss [\d.]+\), a checkpoint of [\d,]+ bytes written and read back, in \d+ s; nothing was kept\n$/);
    expect(spoken.stdout).not.toContain('what next');
    const three = await train('--fast-dev-run', '3', '--json');
    expect(three.events.map(({ type }) => type).filter((type) => type === 'step' || type === 'epoch')).toEqual(['step', 'step', 'step', 'epoch']);
    expect(three.events.at(-1)).toMatchObject({ type: 'fast-dev-run', steps: 3, testImages: 250, checkpointBytes: expect.any(Number) as number });
    expect((await readdir(cwd)).sort()).toEqual(before);
    expect(await folders()).toEqual([]);
  });

  it('fails as the run would, and leaves nothing then', async () => {
    const { exitCode, stdout, stderr } = await train('--fast-dev-run', '3', '--lr', '1e30');
    expect(exitCode).toBe(1);
    expect(stdout).not.toContain('everything works');
    expect(stderr).toMatch(/^error: .*diverged/);
    expect(await folders()).toEqual([]);
  });
});

describe('--max-time', () => {
  it('ends a run, and is told', async () => {
    const timed = await train('--max-time', '0.1s', '--max-steps', '100000', '--out', 'timed', '--json');
    expect(timed.events.at(-1)).toMatchObject({ reason: 'time' });
    expect(await readFile(join(cwd, 'timed/card.md'), 'utf8')).toContain(', to end after 0 s. Node');
    expect(JSON.parse(await readFile(join(cwd, 'timed/run.json'), 'utf8'))).toMatchObject({ maxSeconds: 0.1 });
  });

  it('is understood in checkpoints that count minutes', async () => {
    const { exitCode } = await train('--max-steps', '1', '--out', 'older', '--json');
    expect(exitCode).toBe(0);
    const file = join(cwd, 'older/checkpoints/step-00000001.safetensors');
    const checkpoint = await decodeCheckpoint(await readFile(file), file);
    await writeFile(file, await encodeCheckpoint({ ...checkpoint, about: { ...checkpoint.about, maxMinutes: 0.001 } }));
    const resumed = await alexnet(['train', '--resume', 'older', '--max-steps', '100000', '--json'], { cwd });
    expect(resumed.events.at(-1)).toMatchObject({ reason: 'time' });
  });
});

describe('what makes no sense is refused', () => {
  const batches = 'It must be a whole number of batches of at least 1, or a part of them between 0 and 1, such as 0.1.';
  const times = 'It must be a time such as 90s, 45m, 2h, 1h30m or 1:30:00.';
  it.concurrent.each([
    [['--limit-train-batches', '0'], `option '--limit-train-batches <n>' argument '0' is invalid. ${batches}`],
    [['--limit-train-batches', '1.5'], `option '--limit-train-batches <n>' argument '1.5' is invalid. ${batches}`],
    [['--limit-eval-batches', '0.0'], `option '--limit-eval-batches <n>' argument '0.0' is invalid. ${batches}`],
    [['--limit-eval-batches', '1.0'], `option '--limit-eval-batches <n>' argument '1.0' is invalid. ${batches}`],
    [['--overfit-batches', '0.5'], "option '--overfit-batches <n>' argument '0.5' is invalid. It must be a whole number of at least 1."],
    [['--fast-dev-run', '0'], "option '--fast-dev-run [n]' argument '0' is invalid. It must be a whole number of at least 1."],
    [['--max-time', '90'], `option '--max-time <time>' argument '90' is invalid. ${times}`],
    [['--max-time', '0s'], `option '--max-time <time>' argument '0s' is invalid. ${times}`],
    [['--max-minutes', '3'], "unknown option '--max-minutes'"],
    [['--overfit-batches', '1', '--limit-train-batches', '2'], '--overfit-batches and --limit-train-batches cannot be given together: the one decides what is learnt and judged.'],
    [['--overfit-batches', '1', '--limit-eval-batches', '2'], '--overfit-batches and --limit-eval-batches cannot be given together: the one decides what is learnt and judged.'],
    [['--fast-dev-run', '--out', 'somewhere'], '--out cannot be given together with --fast-dev-run, which is a run of its own and keeps nothing.'],
    [['--fast-dev-run', '2', '--overfit-batches', '1'], '--overfit-batches cannot be given together with --fast-dev-run, which is a run of its own and keeps nothing.'],
  ])('%s', async (args, error) => {
    const { exitCode, stdout, stderr } = await train(...args);
    expect({ exitCode, stdout, error: stderr.split('\n')[0] }).toEqual({ exitCode: 2, stdout: '', error: `error: ${error}` });
    expect(stderr).toMatch(/\nhelp: .*\n$/);
  });

  it('a resumed run has decided what it uses', async () => {
    expect(await alexnet(['train', '--resume', 'whole', '--limit-train-batches', '3'], { cwd })).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/^error: --limit-train-batches cannot be given together with --resume: the run has decided it\.\nhelp: /) as string,
    });
  });
});
