import { spawn } from 'node:child_process';
import * as nodeFiles from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RandomStream, Tensor } from '@convkit/tensor';
import { decodeCheckpoint, latestCheckpoint, saveCheckpoint, type Checkpoint } from '@convkit/training';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fileCheckpointStore, removeUnfinished, type Files } from '../src/file-checkpoint-store.js';
import { FileError } from '../src/file-error.js';
import { bundleSource } from './support/bundle.js';

// Each test starts processes, and machines may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let folder: string;
beforeEach(async () => {
  folder = await nodeFiles.mkdtemp(join(tmpdir(), 'convkit-store-'));
});
afterEach(() => nodeFiles.rm(folder, { recursive: true }));

const at = (step: number): Checkpoint => ({
  about: {},
  progress: { step, epoch: 0, batch: step, seed: 1, sums: { loss: 1, top1: 1, top5: 1, images: 4 }, evaluations: [], divisions: [] },
  parameters: new Map([['w', Tensor.from([1000], new Array<number>(1000).fill(step))]]),
  optimiserState: new Map(),
});

/** How a disk fails: by an error of the system in one call, or in that and all later ones; or by a write that keeps half of the bytes and says that all is well. */
type Failure = { readonly code: 'ENOSPC' | 'EIO' | 'EROFS'; readonly stays: boolean } | 'half-written';

const failures: readonly Failure[] = [...(['ENOSPC', 'EIO', 'EROFS'] as const).flatMap((code) => [{ code, stays: false }, { code, stays: true }]), 'half-written'];

/** The file system, until the n-th call, which fails; a write that fails has written half. */
function failingFiles(failing: number, failure: Failure = failures[0]): { files: Files; calls: () => number } {
  let calls = 0;
  const fails = (): boolean => ++calls === failing || (failure !== 'half-written' && failure.stays && calls > failing);
  const count = () => {
    if (fails() && failure !== 'half-written') throw Object.assign(new Error(`${failure.code}: the disk says no`), { code: failure.code });
  };
  const counted =
    <A extends unknown[], R>(call: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      count();
      return call(...args);
    };
  const open = async (...args: Parameters<Files['open']>) => {
    count();
    const handle = await nodeFiles.open(...args);
    return Object.assign(Object.create(handle) as typeof handle, {
      writeFile: async (bytes: Uint8Array) => {
        const failed = fails();
        await handle.writeFile(failed ? bytes.subarray(0, bytes.length / 2) : bytes);
        if (failed && failure !== 'half-written') throw Object.assign(new Error(`${failure.code}: the disk says no`), { code: failure.code });
      },
      sync: counted(() => handle.sync()),
      close: () => handle.close(),
    });
  };
  const files = { open, mkdir: counted(nodeFiles.mkdir), readdir: counted(nodeFiles.readdir), readFile: counted(nodeFiles.readFile), rename: counted(nodeFiles.rename), rm: counted(nodeFiles.rm) };
  return { files: files as unknown as Files, calls: () => calls };
}

describe('fileCheckpointStore', () => {
  it('writes, reads, lists and removes', async () => {
    const store = fileCheckpointStore(join(folder, 'made', 'by', 'it'));
    expect(await store.list()).toEqual([]);
    await saveCheckpoint(store, at(1));
    await saveCheckpoint(store, at(2));
    expect(await store.list()).toEqual(['step-00000001.safetensors', 'step-00000002.safetensors']);
    expect((await decodeCheckpoint(await store.read('step-00000002.safetensors'), 'file')).progress.step).toBe(2);
    await store.remove('step-00000001.safetensors');
    expect(await store.list()).toEqual(['step-00000002.safetensors']);
    await expect(store.read('step-00000009.safetensors')).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
  });

  it.each(failures)('is never worse than before when any call to the disk fails: %o', async (failure) => {
    let failed = 0;
    let failing = 1;
    for (; ; failing++) {
      const path = join(folder, String(failing));
      for (const step of [1, 2]) await saveCheckpoint(fileCheckpointStore(path), at(step), 2);
      const { files, calls } = failingFiles(failing, failure);
      const error: unknown = await saveCheckpoint(fileCheckpointStore(path, files), at(3), 2).then(() => undefined, (thrown: unknown) => thrown);
      if (error !== undefined) {
        failed++;
        expect(error).toBeInstanceOf(FileError);
        expect((error as FileError).summary).toMatch(/\/\d+(\/step-0000000[13]\.safetensors)?: cannot be (written|read|removed): E[A-Z]+: the disk says no$/);
      }
      const { found, skipped } = await latestCheckpoint(fileCheckpointStore(path));
      const torn = failure === 'half-written' && failing === 3;
      expect(skipped.map(({ name, error: why }) => [name, why.code])).toEqual(torn ? [['step-00000003.safetensors', 'FILE_TRUNCATED']] : []);
      expect(error === undefined && !torn ? [3] : [2, 3]).toContain(found?.checkpoint.progress.step);
      // The next start clears up, and the training goes on.
      await removeUnfinished(path);
      expect((await nodeFiles.readdir(path)).filter((name) => !/^step-\d+\.safetensors$/.test(name))).toEqual([]);
      await saveCheckpoint(fileCheckpointStore(path), at(4), 2);
      expect((await latestCheckpoint(fileCheckpointStore(path))).found?.checkpoint.progress.step).toBe(4);
      if (calls() < failing) break;
    }
    // mkdir, open, write, sync, rename, open and sync of the folder, listing, removing the old one.
    expect(failing).toBe(10);
    expect(failed).toBe(failure === 'half-written' ? 0 : 9);
  });

  it('tells a failed write by file and cause', async () => {
    const { files } = failingFiles(3);
    const error: unknown = await fileCheckpointStore(folder, files).write('a', new Uint8Array(4)).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(FileError);
    expect(error).toMatchObject({ code: 'FILE_WRITE_FAILED', summary: `${join(folder, 'a')}: cannot be written: ENOSPC: the disk says no` });
    expect(await nodeFiles.readdir(folder)).toEqual([]);
  });

  it('has a good checkpoint after kill -9 at any moment, and none that was told is lost', async () => {
    const script = await bundleSource(new URL('./support/saver.ts', import.meta.url));
    const moments = new RandomStream(1, 'kill');
    const path = join(folder, 'checkpoints');
    for (let round = 0; round < 12; round++) {
      const child = spawn(process.execPath, [script, path, String(1000 * round)], { stdio: ['ignore', 'pipe', 'inherit'] });
      let told = '';
      child.stdout.on('data', (chunk: Buffer) => {
        // The clock starts at the first save, so that the kill falls into the saving and not into the start of Node.
        if (told === '') setTimeout(() => child.kill('SIGKILL'), 1 + 60 * moments.at(round).uniform());
        told += chunk.toString();
      });
      await new Promise((resolve) => child.on('close', resolve));
      const { found, skipped } = await latestCheckpoint(fileCheckpointStore(path));
      expect(skipped).toEqual([]);
      expect(found?.checkpoint.progress.step).toBeGreaterThanOrEqual(Number(told.trim().split('\n').at(-1)));
      expect(told).not.toBe('');
    }
    await removeUnfinished(path);
    expect((await nodeFiles.readdir(path)).every((name) => /^step-\d+\.safetensors$/.test(name))).toBe(true);
  });
});
