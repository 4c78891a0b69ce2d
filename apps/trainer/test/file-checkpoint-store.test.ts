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

/** The file system, until the n-th call, which fails like a full disk; a write that fails has written half. */
function failingFiles(failing: number): { files: Files; calls: () => number } {
  let calls = 0;
  const count = () => {
    if (++calls === failing) throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
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
        try {
          count();
        } catch (error) {
          await handle.writeFile(bytes.subarray(0, bytes.length / 2));
          throw error;
        }
        await handle.writeFile(bytes);
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

  it('is never worse than before when any one call to the disk fails', async () => {
    let failures = 0;
    for (let failing = 1; ; failing++) {
      const path = join(folder, String(failing));
      await saveCheckpoint(fileCheckpointStore(path), at(1), 1);
      const { files, calls } = failingFiles(failing);
      const error: unknown = await saveCheckpoint(fileCheckpointStore(path, files), at(2), 1).then(() => undefined, (thrown: unknown) => thrown);
      const { found, skipped } = await latestCheckpoint(fileCheckpointStore(path));
      expect(skipped).toEqual([]);
      if (error === undefined) {
        expect(calls()).toBeLessThan(failing);
        expect(found?.checkpoint.progress.step).toBe(2);
        break;
      }
      failures++;
      expect([1, 2]).toContain(found?.checkpoint.progress.step);
      await removeUnfinished(path);
      expect((await nodeFiles.readdir(path)).filter((name) => !/^step-\d+\.safetensors$/.test(name))).toEqual([]);
    }
    // mkdir, open, write, sync, rename, open and sync of the folder, listing, removing the old one.
    expect(failures).toBe(9);
  });

  it('tells a failed write by file and cause', async () => {
    const { files } = failingFiles(3);
    const error: unknown = await fileCheckpointStore(folder, files).write('a', new Uint8Array(4)).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(FileError);
    expect(error).toMatchObject({ code: 'FILE_WRITE_FAILED', summary: `${join(folder, 'a')}: cannot be written: ENOSPC: no space left on device` });
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
