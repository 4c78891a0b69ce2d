import { execFileSync, type ChildProcess } from 'node:child_process';
import { chmodSync, closeSync, mkdirSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findRecipe, prepareData } from '@convkit/alexnet';
import { DivergedError, latestCheckpoint } from '@convkit/training';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { openData } from '../src/data.js';
import { fileCheckpointStore } from '../src/file-checkpoint-store.js';
import { saveBadBatch } from '../src/save-bad-batch.js';
import { alexnet, type Finished } from './support/cli.js';
import { testDevice, writeTinyIdx } from './support/tiny-data.js';

// Each test starts processes, and machines may be busy.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const isRoot = process.getuid?.() === 0;
const canMount = isRoot && process.platform === 'linux' && tryMount();
/** Who is root may write whatever the rights of a folder say, and needs a mount that may not be written. */
const canForbid = process.platform !== 'win32' && (canMount || !isRoot);

let cwd: string;
let whole: Finished;
const steps = 36;
const common = ['--data', 'idx:tiny', '--batch', '2', '--device', testDevice, '--max-steps', String(steps), '--checkpoint-every', '1', '--evaluate-every', '9', '--json'];

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'convkit-disk-'));
  await writeTinyIdx(join(cwd, 'tiny'), 8, 6);
  whole = await alexnet(['train', ...common, '--out', 'whole'], { cwd });
});
afterAll(() => rm(cwd, { recursive: true }));

function mount(path: string): void {
  mkdirSync(path);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'convkit-test', path], { stdio: 'pipe' });
}

function tryMount(): boolean {
  const path = mkdtempSync(join(tmpdir(), 'convkit-mount-'));
  try {
    mount(join(path, 'disk'));
    execFileSync('umount', [join(path, 'disk')]);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(path, { recursive: true });
  }
}

/** Takes all the room that a disk has left, with a file that grows, while a process stands still. */
function fill(path: string, child: ChildProcess): void {
  child.kill('SIGSTOP');
  const file = openSync(path, 'a');
  try {
    for (let size = 2 ** 20; size >= 1; size >>= 1) {
      try {
        for (;;) if (writeSync(file, new Uint8Array(size)) < size) break;
      } catch {
        // Less may still have room.
      }
    }
  } finally {
    closeSync(file);
    child.kill('SIGCONT');
  }
}

/** From now on nobody may write into a folder, in which a process may be at work. @returns Allows it again. */
function forbid(path: string, child?: ChildProcess): () => void {
  if (!isRoot) {
    chmodSync(path, 0o555);
    return () => chmodSync(path, 0o755);
  }
  // A file opened between the two mounts would make the second one fail.
  child?.kill('SIGSTOP');
  try {
    execFileSync('mount', ['--bind', path, path]);
    execFileSync('mount', ['-o', 'remount,ro,bind', path]);
  } finally {
    child?.kill('SIGCONT');
  }
  return () => execFileSync('umount', [path]);
}

const doneOf = ({ events }: Finished) => events.at(-1) as Record<string, unknown>;
const codesOf = ({ events }: Finished) => new Set(events.filter(({ type }) => type === 'warning').map(({ code }) => code));
const newestOf = async (run: string) => (await latestCheckpoint(fileCheckpointStore(join(cwd, run, 'checkpoints')))).found?.checkpoint.progress.step ?? 0;

/** Every line is one, and nothing half written lies about. */
async function expectClean(run: string): Promise<void> {
  for (const line of (await readFile(join(cwd, run, 'events.jsonl'), 'utf8')).trimEnd().split('\n')) expect(JSON.parse(line)).toHaveProperty('type');
  expect((await readdir(join(cwd, run), { recursive: true })).filter((name) => name.includes('unfinished'))).toEqual([]);
}

it.skipIf(!canMount)('a disk that is full for a while costs checkpoints and the log, not the run (where this process may mount a disk)', async () => {
  mount(join(cwd, 'disk'));
  try {
    const filler = join(cwd, 'disk/filler');
    let full = false;
    const trained = await alexnet(['train', ...common, '--out', 'disk/run'], {
      cwd,
      onEvent: ({ type, step, code }, child) => {
        if (type === 'checkpoint' && step === 2) full = true;
        if (code === 'LOG_FAILED') {
          full = false;
          rmSync(filler);
        }
        // Also what a failed save gives back, which the log would go on in.
        if (full) fill(filler, child);
      },
    });
    expect(trained).toMatchObject({ exitCode: 0, stderr: '' });
    expect([...codesOf(trained)].sort()).toEqual(['CHECKPOINT_FAILED', 'LOG_FAILED']);
    expect(trained.events.find(({ code }) => code === 'CHECKPOINT_FAILED')?.message).toMatch(/^the checkpoint of step \d+ was not written: disk\/run\/checkpoints\/.*\.safetensors: cannot be written: ENOSPC/);
    expect(doneOf(trained).weightsSha256).toBe(doneOf(whole).weightsSha256);
    expect(await newestOf('disk/run')).toBe(steps);
  } finally {
    execFileSync('umount', [join(cwd, 'disk')]);
  }
});

it.skipIf(!canMount)('a disk that stays full ends the run with an error at its last save; the checkpoint before is whole, and from it the run goes on (where this process may mount a disk)', async () => {
  mount(join(cwd, 'full'));
  try {
    const filler = join(cwd, 'full/filler');
    const failed = await alexnet(['train', ...common, '--out', 'full/run'], { cwd, onEvent: ({ type, step }, child) => void (type === 'checkpoint' && step === 2 && fill(filler, child)) });
    expect(failed.exitCode).toBe(1);
    expect(failed.stderr).toMatch(/^error: full\/run\/checkpoints\/step-00000036\.safetensors: cannot be written: ENOSPC[^\n]*\nhelp: look at the free space and the rights of the folder\.\n$/);
    expect(codesOf(failed)).toContain('CHECKPOINT_FAILED');
    const newest = await newestOf('full/run');
    expect(newest).toBeGreaterThanOrEqual(2);
    expect(newest).toBeLessThan(steps);
    expect(statSync(filler).size).toBeGreaterThan(2 ** 20);
    rmSync(filler);
    const resumed = await alexnet(['train', '--resume', 'full/run', '--json'], { cwd });
    expect(resumed.events[0]).toMatchObject({ type: 'start', step: newest });
    expect(doneOf(resumed).weightsSha256).toBe(doneOf(whole).weightsSha256);
    await expectClean('full/run');
  } finally {
    execFileSync('umount', [join(cwd, 'full')]);
  }
});

it.skipIf(!canForbid)('a folder of checkpoints that may not be written any more is told at each save and ends the run at the last (where a folder can be made so)', async () => {
  const checkpoints = join(cwd, 'closed/checkpoints');
  let allow: (() => void) | undefined;
  try {
    const failed = await alexnet(['train', ...common, '--out', 'closed'], { cwd, onEvent: ({ type, step }, child) => void (type === 'checkpoint' && step === 2 && (allow = forbid(checkpoints, child))) });
    expect(failed.exitCode).toBe(1);
    expect(failed.stderr).toMatch(/^error: closed\/checkpoints\/step-00000036\.safetensors: cannot be written: E(ROFS|ACCES)[^\n]*\nhelp: [^\n]*\n$/);
    expect([...codesOf(failed)]).toEqual(['CHECKPOINT_FAILED']);
    expect(failed.events.filter(({ type }) => type === 'step')).toHaveLength(steps);
  } finally {
    allow?.();
  }
  expect(await newestOf('closed')).toBeGreaterThanOrEqual(2);
  const resumed = await alexnet(['train', '--resume', 'closed', '--json'], { cwd });
  expect(doneOf(resumed).weightsSha256).toBe(doneOf(whole).weightsSha256);
  await expectClean('closed');
});

it.skipIf(!canForbid)('a run folder that may not be written is refused before anything begins (where a folder can be made so)', async () => {
  mkdirSync(join(cwd, 'shelf'));
  for (const path of ['whole', 'shelf']) {
    const allow = forbid(join(cwd, path));
    try {
      const refused = await alexnet(['train', ...(path === 'whole' ? ['--resume', 'whole', '--json'] : [...common, '--out', 'shelf/run'])], { cwd });
      expect(refused).toMatchObject({ exitCode: 1, stdout: '' });
      // ENOENT is what Node makes of a folder that cannot be made on a disk that is only to be read.
      expect(refused.stderr).toMatch(/^error: (whole\/lock|shelf\/run): cannot be written: E(ROFS|ACCES|NOENT)[^\n]*\nhelp: [^\n]*\n$/);
    } finally {
      allow();
    }
  }
});

it('a batch that cannot be kept does not hide why training ended', async () => {
  const { data, preparation } = await prepareData(findRecipe('alexnet-mini'), await openData(`idx:${join(cwd, 'tiny')}`));
  const preparationOfTwo = { ...preparation, recipe: { ...preparation.recipe, training: { ...preparation.recipe.training, batch: 2 } } };
  const error = new DivergedError({ step: 3, epoch: 0, batch: 2 }, { code: 'TRAINING_DIVERGED', message: 'astray.', help: 'lower the rate.' });
  const told = await saveBadBatch(error, join(cwd, 'nowhere'), data.train, preparationOfTwo, 1);
  expect(told).toBeInstanceOf(DivergedError);
  expect(told).toMatchObject({ code: 'TRAINING_DIVERGED', summary: 'astray.', help: expect.stringMatching(/^lower the rate\. Its batch could not be kept: ENOENT/) as string });
});
