import { tanhForward } from '@convkit/kernels-gpu';
import { Tensor } from '@convkit/tensor';
import { expect, it } from 'vitest';
import { RTOL_FUNCTIONS, expectClose } from '../support/expect-close.js';
import { NdArray } from '../support/nd-array.js';
import { compute, ieeeDevices, onEachDevice } from '../support/on-each-device.js';
import { randomTensor } from '../support/random-tensor.js';

const tanh = (x: number) => Math.tanh(x);

onEachDevice((device) => {
  it.each([{ shape: [1] }, { shape: [3, 5] }, { shape: [2, 3, 3, 4] }, { shape: [4100] }])('$shape', async ({ shape }) => {
    const x = randomTensor('x', shape, -6, 6);
    expectClose(await compute(device(), tanhForward, [x], {}), NdArray.of(x).map(tanh), RTOL_FUNCTIONS);
  });

  it('keeps its digits near zero', async () => {
    // Each alone, since a tolerance goes by the root mean square of all.
    for (const value of [1e-30, 1e-6, -1e-3, 0.1, -0.2499, 0.25, -0.2501, 0.5]) {
      const y = await compute(device(), tanhForward, [Tensor.from([1], [value])], {});
      expectClose(y, new NdArray([1], [Math.tanh(Math.fround(value))]), 2e-6);
    }
    const zero = await compute(device(), tanhForward, [Tensor.from([1], [0])], {});
    expect(zero.data[0]).toBe(0);
  });

  it('is 1 and -1 for large numbers, up to the largest', async () => {
    const values = [10, 20, 44, 45, 88, 89, 104, 1000, 1e10, 3e38];
    const y = await compute(device(), tanhForward, [Tensor.from([2, 10], [...values, ...values.map((value) => -value)])], {});
    expect([...y.data]).toEqual([...values.map(() => 1), ...values.map(() => -1)]);
  });
});

onEachDevice((device) => {
  it('lets NaN through, so that it is seen where it arises, and takes infinity to its limit', async () => {
    const y = await compute(device(), tanhForward, [Tensor.from([6], [NaN, Infinity, -Infinity, 1000, -1000, NaN])], {});
    expect([...y.data]).toEqual([NaN, 1, -1, 1, -1, NaN]);
  });
}, ieeeDevices);
