import { logSumExpRows, softmax } from '@convkit/kernels-gpu';
import { Tensor, type Device } from '@convkit/tensor';
import { describe, expect, it } from 'vitest';
import { RTOL_FUNCTIONS, expectClose } from '../support/expect-close.js';
import { NdArray } from '../support/nd-array.js';
import { compute, onEachDevice } from '../support/on-each-device.js';
import { randomTensor } from '../support/random-tensor.js';
import { naiveSoftmax, rowCases } from './naive-softmax.js';

async function probabilities(device: Device, logits: Tensor): Promise<Tensor> {
  return compute(device, softmax, [logits, await compute(device, logSumExpRows, [logits], {})], {});
}

onEachDevice((device) => {
  it.each(rowCases)('$N rows of $C', async ({ N, C }) => {
    const logits = randomTensor('logits', [N, C], -5, 5);
    expectClose(await probabilities(device(), logits), naiveSoftmax(NdArray.of(logits)), RTOL_FUNCTIONS);
  });

  it('of very large and very small logits', async () => {
    const logits = Tensor.from([3, 2], [1000, 1000, -1000, -1000, 0, 5000]);
    expectClose(await probabilities(device(), logits), new NdArray([3, 2], [0.5, 0.5, 0.5, 0.5, 0, 1]), RTOL_FUNCTIONS);
  });

  it('of more classes than one side of a texture', async () => {
    const logits = randomTensor('logits', [2, 8200], -5, 5);
    // Logarithms near log(8200 · e) carry an absolute error of about 1e-6, and 8200 terms are added.
    expectClose(await probabilities(device(), logits), naiveSoftmax(NdArray.of(logits)), 10 * RTOL_FUNCTIONS);
  });
});

describe('refuses', () => {
  it('a sum for every class instead of one a row', () => {
    expect(() => softmax.plan([[2, 10], [10]], {})).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: softmax: lse is [10], but logits make it [2].
        logits [2, 10]
        lse    [10]
        help: lse should be [2].
        code: SHAPE_MISMATCH]
    `);
  });
});
