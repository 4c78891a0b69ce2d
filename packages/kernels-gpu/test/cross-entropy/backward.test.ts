import { crossEntropyBackward, logSumExpRows } from '@convkit/kernels-gpu';
import type { Device, Tensor } from '@convkit/tensor';
import { describe, expect, it } from 'vitest';
import { naiveSoftmax } from '../softmax/naive-softmax.js';
import { RTOL_FUNCTIONS, expectClose } from '../support/expect-close.js';
import { NdArray } from '../support/nd-array.js';
import { numericGradient } from '../support/numeric-gradient.js';
import { compute, onEachDevice } from '../support/on-each-device.js';
import { crossEntropyCases, naiveCrossEntropy } from './naive-cross-entropy.js';

const cases = crossEntropyCases.filter(({ logits }) => logits.shape[1] > 1);

async function gradient(device: Device, logits: Tensor, targets: Tensor, factor: number): Promise<Tensor> {
  return compute(device, crossEntropyBackward, [logits, await compute(device, logSumExpRows, [logits], {}), targets], { factor });
}

onEachDevice((device) => {
  it.each(cases)('$title', async ({ logits, targets }) => {
    const factor = 1 / logits.shape[0];
    const probabilities = naiveSoftmax(NdArray.of(logits));
    const [, C] = logits.shape;
    const expected = probabilities.map((probability, i) => {
      const row = targets.data.slice(i - (i % C), i - (i % C) + C);
      return factor * (probability * row.reduce((sum, target) => sum + target, 0) - targets.data[i]);
    });
    expectClose(await gradient(device(), logits, targets, factor), expected, RTOL_FUNCTIONS);
  });

  it.each(cases.filter(({ logits }) => logits.size < 200))('agrees with finite differences: $title', async ({ logits, targets }) => {
    const perRow = new NdArray([logits.shape[0]]).map(() => 0.5);
    const numeric = numericGradient((moved) => naiveCrossEntropy(moved, NdArray.of(targets)), NdArray.of(logits), perRow);
    expectClose(await gradient(device(), logits, targets, 0.5), numeric, RTOL_FUNCTIONS);
  });
});

describe('refuses', () => {
  it('targets or sums of another shape', () => {
    expect(() => crossEntropyBackward.plan([[2, 10], [2], [2, 9]], { factor: 1 })).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: cross_entropy_backward: targets is [2, 9], but logits are [2, 10].
        logits  [2, 10]
        lse     [2]
        targets [2, 9]
        help: targets should be [2, 10].
        code: SHAPE_MISMATCH]
    `);
    expect(() => crossEntropyBackward.plan([[2, 10], [10], [2, 10]], { factor: 1 })).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: cross_entropy_backward: lse is [10], but logits make it [2].
        logits  [2, 10]
        lse     [10]
        targets [2, 10]
        help: lse should be [2].
        code: SHAPE_MISMATCH]
    `);
  });
});
