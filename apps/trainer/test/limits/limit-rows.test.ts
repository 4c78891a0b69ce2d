import { batchesOf, type RowSource } from '@convkit/datasets';
import type { EvaluationSource } from '@convkit/training';
import { Tensor } from '@convkit/tensor';
import { describe, expect, it } from 'vitest';
import { limitJudgement, limitRows } from '../../src/limits/limit-rows.js';

/** Five batches of two rows an epoch; each says where it is from, and its label is its place in the epoch. */
const rows: RowSource = {
  batchesPerEpoch: 5,
  batch: 2,
  rowShape: [1],
  classes: 10,
  async rows(epoch, index, first, last, into) {
    for (let row = first; row < last; row++) into[row - first] = 100 * epoch + 10 * index + row;
    return Array.from({ length: last - first }, (_, i) => 2 * index + first + i);
  },
};
const all: EvaluationSource = { images: 40, batches: 20, views: 1, batch: async (index) => ({ x: Tensor.from([2, 1], [index, index]), labels: [0, 1] }) };

async function shown(source: RowSource, epoch: number): Promise<number[]> {
  const { batchesPerEpoch, batch } = batchesOf(source);
  const places: number[] = [];
  for (let index = 0; index < batchesPerEpoch; index++) places.push((await batch(epoch, index)).x.data[0]);
  return places;
}

describe('limitRows', () => {
  it('shortens epochs to so many batches, or such a part of them', async () => {
    expect(await shown(limitRows(rows, { trainBatches: 2 }), 3)).toEqual([300, 310]);
    expect(await shown(limitRows(rows, { trainBatches: 0.7 }), 3)).toEqual([300, 310, 320]);
    expect(await shown(limitRows(rows, { trainBatches: 0.01 }), 3)).toEqual([300]);
    expect(limitRows(rows, { trainBatches: 9 }).batchesPerEpoch).toBe(5);
    expect(await shown(limitRows(rows, { evalBatches: 1 }), 3)).toEqual(await shown(rows, 3));
  });

  it('repeats the first batches of epoch 0 in epochs as long as ever', async () => {
    for (const epoch of [0, 7]) expect(await shown(limitRows(rows, { overfitBatches: 2 }), epoch)).toEqual([0, 10, 0, 10, 0]);
    expect(await shown(limitRows(rows, { overfitBatches: 9 }), 1)).toEqual([0, 10, 20, 30, 40]);
  });
});

describe('limitJudgement', () => {
  it('judges by all, by some, or by what is overfitted', async () => {
    expect(limitJudgement(all, rows, {})).toBe(all);
    expect(limitJudgement(all, rows, { trainBatches: 1 })).toBe(all);
    const some = limitJudgement(all, rows, { evalBatches: 0.1 });
    expect([some.images, some.batches, (await some.batch(1))?.x.data[0]]).toEqual([4, 2, 10]);
    const overfitted = limitJudgement(all, limitRows(rows, { overfitBatches: 2 }), { overfitBatches: 2 });
    expect([overfitted.images, overfitted.batches, overfitted.views]).toEqual([4, 2, 1]);
    expect(await overfitted.batch(1)).toEqual({ x: Tensor.from([2, 1], [10, 11]), labels: [2, 3] });
  });
});
