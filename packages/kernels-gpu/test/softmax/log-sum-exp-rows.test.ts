import { logSumExpRows } from '@convkit/kernels-gpu';
import { Tensor } from '@convkit/tensor';
import { describe, expect, it } from 'vitest';
import { RTOL_FUNCTIONS, expectClose } from '../support/expect-close.js';
import { NdArray } from '../support/nd-array.js';
import { compute, onEachDevice } from '../support/on-each-device.js';
import { randomTensor } from '../support/random-tensor.js';
import { naiveLogSumExp, rowCases } from './naive-softmax.js';

onEachDevice((device) => {
  it.each(rowCases)('$N rows of $C', async ({ N, C }) => {
    const logits = randomTensor('logits', [N, C], -5, 5);
    expectClose(await compute(device(), logSumExpRows, [logits], {}), naiveLogSumExp(NdArray.of(logits)), RTOL_FUNCTIONS);
  });

  it('does not overflow, nor lose everything', async () => {
    const logits = Tensor.from([3, 2], [1000, 1000, -1000, -1000, 0, 5000]);
    const expected = new NdArray([3], [1000 + Math.LN2, -1000 + Math.LN2, 5000]);
    expectClose(await compute(device(), logSumExpRows, [logits], {}), expected, RTOL_FUNCTIONS);
  });
});

describe('refuses', () => {
  it('logits that are no matrix', () => {
    expect(() => logSumExpRows.plan([[2, 1, 10]], {})).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: log_sum_exp_rows: logits has 3 axes, but must have 2.
        logits   [2, 1, 10]
        expected [N, C]
        help: reshape logits to [N, C].
        code: SHAPE_MISMATCH]
    `);
  });
});
