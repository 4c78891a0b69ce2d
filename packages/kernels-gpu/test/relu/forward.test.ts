import { reluForward } from '@convkit/kernels-gpu';
import { Tensor } from '@convkit/tensor';
import { expect, it } from 'vitest';
import { expectClose } from '../support/expect-close.js';
import { NdArray } from '../support/nd-array.js';
import { compute, ieeeDevices, onEachDevice } from '../support/on-each-device.js';
import { randomTensor } from '../support/random-tensor.js';

onEachDevice((device) => {
  it.each([{ shape: [1] }, { shape: [3, 5] }, { shape: [2, 3, 3, 4] }, { shape: [4100] }])('$shape', async ({ shape }) => {
    const x = randomTensor('x', shape);
    // No arithmetic: the result is exact.
    expectClose(await compute(device(), reluForward, [x], {}), NdArray.of(x).map((value) => (value > 0 ? value : 0)), 0);
  });

  it('gives zero at and below zero', async () => {
    const y = await compute(device(), reluForward, [Tensor.from([4], [-3, -0, 0, 1e-30])], {});
    expect([...y.data.map(Math.abs)]).toEqual([0, 0, 0, Math.fround(1e-30)]);
  });
});

onEachDevice((device) => {
  it('lets NaN and Infinity through, so that they are seen where they arise', async () => {
    const y = await compute(device(), reluForward, [Tensor.from([6], [NaN, Infinity, -Infinity, 1, 2, NaN])], {});
    expect([...y.data]).toEqual([NaN, Infinity, 0, 1, 2, NaN]);
  });
}, ieeeDevices);
