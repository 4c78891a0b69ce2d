import { openHostDevice } from '@convkit/tensor';
import { describe, expect, it } from 'vitest';
import { Sequential, maxPool } from '@convkit/layers';

describe('maxPool', () => {
  it('has the sizes of AlexNet, whichever way it rounds', () => {
    for (const rounding of ['floor', 'ceil'] as const) {
      const pool = maxPool('pool', { window: 3, stride: 2, rounding });
      expect([55, 27, 13].map((size) => pool.outputShape([1, size, size, 8])[1])).toEqual([27, 13, 6]);
    }
  });

  it('leaves the last pixels out by floor, and reaches them by ceil', () => {
    const shape = (rounding: 'floor' | 'ceil') => maxPool('pool', { window: 3, stride: 2, rounding }).outputShape([1, 54, 54, 8]);
    expect([shape('floor'), shape('ceil')]).toEqual([[1, 26, 26, 8], [1, 27, 27, 8]]);
  });

  it('takes the largest pixel that exists, also among negative ones at a border', async () => {
    const device = openHostDevice();
    const x = await device.upload([1, 2, 2, 1], new Float32Array([-4, -3, -2, -1]), 'x');
    const y = await new Sequential([maxPool('pool', { window: 2, stride: 1, padding: 1 })]).predict(device, x, new Map());
    expect([...(await device.download(y)).data]).toEqual([-4, -3, -3, -2, -1, -1, -2, -1, -1]);
  });

  it('gives the gradient of equal pixels to the first in reading order', async () => {
    const device = openHostDevice();
    const x = await device.upload([1, 2, 2, 1], new Float32Array([5, 5, 5, 5]), 'x');
    const net = new Sequential([maxPool('pool', { window: 2 })]);
    const { tape } = await net.forward(device, x, new Map());
    const { dx } = await net.backward(tape, await device.upload([1, 1, 1, 1], new Float32Array([7]), 'dy'), { wantDx: true });
    if (dx === undefined) throw new Error('no gradient');
    expect([...(await device.download(dx)).data]).toEqual([7, 0, 0, 0]);
  });

  it('refuses impossible options', () => {
    expect(() => maxPool('pool', { window: 0 })).toThrow('pool (maxPool): window is 0, but must be a whole number of at least 1.\n  code: OPTION_INVALID');
    expect(() => maxPool('pool', { window: 2, padding: [0, 1, 0.5, 0] })).toThrow('pool (maxPool): padding is [0, 1, 0.5, 0], but must be whole numbers of at least 0.');
  });
});
