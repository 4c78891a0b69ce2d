import { RandomStream, Tensor } from '@convkit/tensor';
import { latestCheckpoint, saveCheckpoint, type Checkpoint } from '@convkit/training';
import { expect, it, vi } from 'vitest';
import { fileCheckpointStore, removeUnfinished } from '../src/file-checkpoint-store.js';
import { ForgetfulDisk } from './support/forgetful-disk.js';

// Seconds on a machine of its own; machines may be busy.
vi.setConfig({ testTimeout: 300_000 });

const folder = '/runs/first/checkpoints';
const saves = 6;

const at = (step: number): Checkpoint => ({
  about: {},
  progress: { step, epoch: 0, batch: step, seed: 1, sums: { loss: 1, top1: 1, top5: 1, images: 4 }, evaluations: [], divisions: [] },
  parameters: new Map([['w', Tensor.from([500], new Array<number>(500).fill(step))]]),
  optimiserState: new Map(),
});

/** Saves one checkpoint after the other until the power is lost. @returns The step of the last that was told to be safe; 0 when there was none. */
async function saveUntilDark(disk: ForgetfulDisk): Promise<number> {
  for (let step = 1; step <= saves; step++) {
    try {
      await saveCheckpoint(fileCheckpointStore(folder, disk.files), at(step));
    } catch (error) {
      if (!disk.lostPower) throw error;
      return step - 1;
    }
  }
  return saves;
}

/** What a new start finds after the power was lost at some operation, over and over. */
async function afterLosses(images: number, syncs: boolean): Promise<{ lost: number; torn: number; steps: Set<number> }> {
  const whole = new ForgetfulDisk(Infinity, syncs);
  await saveUntilDark(whole);
  const stream = new RandomStream(1, 'power');
  const counts = { lost: 0, torn: 0, steps: new Set<number>() };
  for (let image = 0; image < images; image++) {
    const draws = stream.at(image);
    const disk = new ForgetfulDisk(1 + draws.integer(whole.operations), syncs);
    const told = await saveUntilDark(disk);
    const { files } = disk.afterPowerLoss(draws);
    await removeUnfinished(folder, files);
    const store = fileCheckpointStore(folder, files);
    const { found, skipped } = await latestCheckpoint(store);
    const step = found?.checkpoint.progress.step ?? 0;
    counts.steps.add(step);
    if (step < told) counts.lost++;
    counts.torn += skipped.length;
    if (found !== undefined) expect(found.checkpoint.parameters).toEqual(at(step).parameters);
    for (const name of await store.list()) expect(name).toMatch(/^step-\d{8}\.safetensors$/);
    await saveCheckpoint(store, at(saves + 1));
    expect((await latestCheckpoint(store)).found?.checkpoint.progress.step).toBe(saves + 1);
  }
  return counts;
}

it('1,000 losses of power leave every checkpoint that was told, whatever a disk makes of what was not synced', async () => {
  const { lost, torn, steps } = await afterLosses(1000, true);
  expect({ lost, torn }).toEqual({ lost: 0, torn: 0 });
  expect([...steps].sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
});

it('on a disk that lies about its syncs checkpoints are lost, and what is torn is passed over, never read', async () => {
  const { lost, torn } = await afterLosses(200, false);
  expect(lost).toBeGreaterThan(20);
  expect(torn).toBeGreaterThan(20);
});
