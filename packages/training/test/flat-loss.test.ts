import { constantRate } from '@convkit/optim';
import { openHostDevice } from '@convkit/tensor';
import { describe, expect, it } from 'vitest';
import { train } from '@convkit/training';
import { DivergedError } from '../src/diverged-error.js';
import { FlatLoss } from '../src/flat-loss.js';
import { collect, options } from './support/tiny.js';

/** The step at which a series of losses over ten classes is found flat. */
function flatAt(losses: readonly number[], updates: number): number | undefined {
  const watch = new FlatLoss(updates);
  for (const [i, loss] of losses.entries()) {
    try {
      watch.read({ step: i + 1, epoch: 0, batch: i }, loss, 10);
    } catch (error) {
      expect(error).toBeInstanceOf(DivergedError);
      return (error as DivergedError).place?.step;
    }
  }
  return undefined;
}

describe('a flat loss', () => {
  const chance = Math.log(10);
  const falling = (from: number, by: number) => Array.from({ length: 100 }, (_, i) => from - by * i);

  it('is found after two windows at the loss of a guess', () => {
    expect(flatAt(Array<number>(100).fill(chance), 10)).toBe(20);
    expect(flatAt([...falling(4, 0.05).slice(0, 30), ...Array<number>(100).fill(chance + 0.01)], 10)).toBe(50);
  });

  it('is not found where the loss falls, or is low', () => {
    expect(flatAt(falling(chance, 0.01), 10)).toBeUndefined();
    expect(flatAt(Array<number>(100).fill(0.9 * chance), 10)).toBeUndefined();
    expect(flatAt(Array<number>(19).fill(chance), 10)).toBeUndefined();
  });

  it('ends a run, and names the batch', async () => {
    // At rate 0 nothing is learnt; every batch of the window is another one.
    const rest = { schedule: constantRate(0), steps: 200, flatLoss: 20 };
    const device = openHostDevice();
    const thrown: unknown = await collect(train(options(device, rest))).catch((error: unknown) => error);
    expect(thrown).toMatchObject({ name: 'DivergedError', code: 'TRAINING_FLAT', place: { step: 40, epoch: 7, batch: 4 } });
    expect(device.report().live()).toEqual([]);
    await expect(collect(train(options(openHostDevice(), { steps: 1, flatLoss: 0 })))).rejects.toThrow('flatLoss is 0');
  });
});
