import { sigmoidForward } from '@convkit/kernels-gpu';
import { Tensor } from '@convkit/tensor';
import { expect, it } from 'vitest';
import { RTOL_FUNCTIONS, expectClose } from '../support/expect-close.js';
import { NdArray } from '../support/nd-array.js';
import { compute, ieeeDevices, onEachDevice } from '../support/on-each-device.js';
import { randomTensor } from '../support/random-tensor.js';

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

onEachDevice((device) => {
  it.each([{ shape: [1] }, { shape: [3, 5] }, { shape: [2, 3, 3, 4] }, { shape: [4100] }])('$shape', async ({ shape }) => {
    const x = randomTensor('x', shape, -6, 6);
    expectClose(await compute(device(), sigmoidForward, [x], {}), NdArray.of(x).map(sigmoid), RTOL_FUNCTIONS);
  });

  it('keeps the digits of small results', async () => {
    // Each alone, since a tolerance goes by the root mean square of all.
    for (const value of [0, 1e-3, -1e-3, -5, -20, -80]) {
      const y = await compute(device(), sigmoidForward, [Tensor.from([1], [value])], {});
      expectClose(y, new NdArray([1], [sigmoid(Math.fround(value))]), RTOL_FUNCTIONS);
    }
  });

  it('is 1 and 0 for large numbers, up to the largest', async () => {
    const values = [20, 44, 45, 88, 89, 104, 1000, 1e10, 3e38];
    const y = await compute(device(), sigmoidForward, [Tensor.from([9], values)], {});
    expect([...y.data]).toEqual(values.map(() => 1));
    const below = await compute(device(), sigmoidForward, [Tensor.from([9], values.map((value) => -value))], {});
    values.forEach((value, i) => expect(Math.abs(below.data[i] - Math.exp(-value))).toBeLessThanOrEqual(1e-4 * Math.exp(-value) + 2 ** -126));
  });
});

onEachDevice((device) => {
  it('lets NaN through, so that it is seen where it arises, and takes infinity to its limit', async () => {
    const y = await compute(device(), sigmoidForward, [Tensor.from([6], [NaN, Infinity, -Infinity, 1000, -1000, NaN])], {});
    expect([...y.data]).toEqual([NaN, 1, 0, 1, 0, NaN]);
  });
}, ieeeDevices);
