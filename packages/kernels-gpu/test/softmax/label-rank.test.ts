import { labelRank } from '@convkit/kernels-gpu';
import { Tensor } from '@convkit/tensor';
import { describe, expect, it } from 'vitest';
import { NdArray } from '../support/nd-array.js';
import { compute, ieeeDevices, onEachDevice } from '../support/on-each-device.js';
import { randomLabels, randomTensor } from '../support/random-tensor.js';
import { rowCases, rowsOf } from './naive-softmax.js';

/** Sorts each row, best first, the label behind everything that ties with it. */
function naiveRank(logits: NdArray, targets: NdArray): number[] {
  return rowsOf(logits).map((row, n) => {
    const label = rowsOf(targets)[n].indexOf(1);
    const order = row.map((_, c) => c).sort((a, b) => row[b] - row[a] || (a === label ? 1 : b === label ? -1 : 0));
    return order.indexOf(label);
  });
}

onEachDevice((device) => {
  it.each(rowCases)('$N rows of $C', async ({ N, C }) => {
    const logits = randomTensor('logits', [N, C], -5, 5);
    const targets = randomLabels('labels', N, C);
    const rank = await compute(device(), labelRank, [logits, targets], {});
    expect(rank.shape).toEqual([N]);
    expect([...rank.data]).toEqual(naiveRank(NdArray.of(logits), NdArray.of(targets)));
  });

  it('counts ties against the label', async () => {
    const logits = Tensor.from([3, 4], [1, 1, 1, 1, 0, 2, 2, 1, 3, 0, 0, 0]);
    const targets = Tensor.from([3, 4], [0, 1, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0]);
    const rank = await compute(device(), labelRank, [logits, targets], {});
    expect([...rank.data]).toEqual([3, 1, 0]);
  });
});

onEachDevice((device) => {
  it('puts a label last whose row holds NaN', async () => {
    const logits = Tensor.from([2, 3], [NaN, 5, 1, NaN, NaN, NaN]);
    const targets = Tensor.from([2, 3], [0, 1, 0, 1, 0, 0]);
    const rank = await compute(device(), labelRank, [logits, targets], {});
    expect([...rank.data]).toEqual([2, 2]);
  });
}, ieeeDevices);

describe('refuses', () => {
  it('labels as numbers instead of one-hot rows', () => {
    expect(() => labelRank.plan([[2, 10], [2]], {})).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: label_rank: targets is [2], but logits are [2, 10].
        logits  [2, 10]
        targets [2]
        help: targets should be [2, 10].
        code: SHAPE_MISMATCH]
    `);
  });
});
