import { FormatError, Tensor } from '@convkit/tensor';
import { describe, expect, it } from 'vitest';
import { latestCheckpoint, memoryCheckpointStore, saveCheckpoint, type Checkpoint } from '@convkit/training';
import { about } from './support/tiny.js';

const at = (step: number): Checkpoint => ({
  about,
  progress: { step, epoch: 0, batch: step, seed: 1, sums: { loss: 1, top1: 1, top5: 1, images: 4 }, evaluations: [], divisions: [] },
  parameters: new Map([['w', Tensor.from([1], [step])]]),
  optimiserState: new Map(),
});

describe('saveCheckpoint', () => {
  it('keeps the newest by step, also beyond eight digits, and touches nothing else', async () => {
    const store = memoryCheckpointStore();
    await store.write('run.json', new Uint8Array(1));
    for (const step of [5, 20, 100_000_000, 99_999_999]) expect(await saveCheckpoint(store, at(step), 2)).toBe(`step-${String(step).padStart(8, '0')}.safetensors`);
    expect([...(await store.list())].sort()).toEqual(['run.json', 'step-100000000.safetensors', 'step-99999999.safetensors']);
    expect((await latestCheckpoint(store)).found?.checkpoint.progress.step).toBe(100_000_000);
  });

  it('removes nothing when writing fails', async () => {
    const store = memoryCheckpointStore();
    await saveCheckpoint(store, at(1), 1);
    await expect(saveCheckpoint({ ...store, write: () => Promise.reject(new Error('full')) }, at(2), 1)).rejects.toThrow('full');
    expect(await store.list()).toEqual(['step-00000001.safetensors']);
  });

  it('keeps the one it wrote, though it be the oldest', async () => {
    const store = memoryCheckpointStore();
    await saveCheckpoint(store, at(9), 1);
    await saveCheckpoint(store, at(3), 1);
    expect(await store.list()).toEqual(['step-00000009.safetensors', 'step-00000003.safetensors']);
  });
});

describe('latestCheckpoint', () => {
  it('finds nothing in an empty store, and tells what it passed over', async () => {
    const store = memoryCheckpointStore();
    expect(await latestCheckpoint(store)).toEqual({ found: undefined, skipped: [] });
    await store.write('step-00000007.safetensors', new Uint8Array(3));
    const { found, skipped } = await latestCheckpoint(store);
    expect(found).toBeUndefined();
    expect(skipped).toMatchObject([{ name: 'step-00000007.safetensors', error: { code: 'FILE_TRUNCATED' } }]);
  });
});

describe('memoryCheckpointStore', () => {
  it('holds copies', async () => {
    const store = memoryCheckpointStore();
    const bytes = new Uint8Array([1]);
    await store.write('a', bytes);
    bytes[0] = 2;
    (await store.read('a'))[0] = 3;
    expect([...(await store.read('a'))]).toEqual([1]);
    await expect(store.read('b')).rejects.toThrow(FormatError);
  });
});
