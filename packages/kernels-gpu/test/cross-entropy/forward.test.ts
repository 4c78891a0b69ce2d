import { crossEntropyForward, logSumExpRows } from '@convkit/kernels-gpu';
import { Tensor, type Device } from '@convkit/tensor';
import { describe, expect, it } from 'vitest';
import { RTOL_FUNCTIONS, expectClose } from '../support/expect-close.js';
import { NdArray } from '../support/nd-array.js';
import { compute, onEachDevice } from '../support/on-each-device.js';
import { crossEntropyCases, naiveCrossEntropy } from './naive-cross-entropy.js';

async function losses(device: Device, logits: Tensor, targets: Tensor): Promise<Tensor> {
  return compute(device, crossEntropyForward, [logits, await compute(device, logSumExpRows, [logits], {}), targets], {});
}

onEachDevice((device) => {
  it.each(crossEntropyCases)('$title', async ({ logits, targets }) => {
    // A loss of one class of one is 0 by cancellation: logits of 5 leave up to 5e-7 of it, which no relative bound can hold.
    const expected = naiveCrossEntropy(NdArray.of(logits), NdArray.of(targets)).map((loss) => loss + 1);
    const actual = NdArray.of(await losses(device(), logits, targets)).map((loss) => loss + 1);
    expectClose(actual, expected, RTOL_FUNCTIONS);
  });

  it('of a network that knows nothing is log C', async () => {
    const targets = Tensor.zeros([1, 1000]);
    targets.data[17] = 1;
    expectClose(await losses(device(), Tensor.zeros([1, 1000]), targets), new NdArray([1], [Math.log(1000)]), RTOL_FUNCTIONS);
  });

  it('stays finite for logits far apart', async () => {
    const loss = await losses(device(), Tensor.from([2, 2], [1000, -1000, 1000, -1000]), Tensor.from([2, 2], [1, 0, 0, 1]));
    expectClose(loss, new NdArray([2], [0, 2000]), RTOL_FUNCTIONS);
  });
});

describe('refuses', () => {
  it('targets or sums of another shape', () => {
    expect(() => crossEntropyForward.plan([[2, 10], [2], [2]], {})).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: cross_entropy_forward: targets is [2], but logits are [2, 10].
        logits  [2, 10]
        lse     [2]
        targets [2]
        help: targets should be [2, 10].
        code: SHAPE_MISMATCH]
    `);
    expect(() => crossEntropyForward.plan([[2, 10], [2, 1], [2, 10]], {})).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: cross_entropy_forward: lse is [2, 1], but logits make it [2].
        logits  [2, 10]
        lse     [2, 1]
        targets [2, 10]
        help: lse should be [2].
        code: SHAPE_MISMATCH]
    `);
  });
});
