import { openHostDevice } from '@convkit/tensor';
import { describe, expect, it } from 'vitest';
import { Sequential, avgPool } from '@convkit/layers';

describe('avgPool', () => {
  it('has the sizes of the CIFAR nets of 2012, which round up', () => {
    const pool = avgPool('pool', { window: 3, stride: 2, rounding: 'ceil' });
    expect([32, 16, 8].map((size) => pool.outputShape([1, size, size, 8])[1])).toEqual([16, 8, 4]);
  });

  it('takes the mean of the pixels that exist: a border is no zero', async () => {
    const device = openHostDevice();
    const x = await device.upload([1, 2, 2, 1], new Float32Array([1, 2, 3, 6]), 'x');
    const y = await new Sequential([avgPool('pool', { window: 2, stride: 1, padding: 1 })]).predict(device, x, new Map());
    expect([...(await device.download(y)).data]).toEqual([1, 1.5, 2, 2, 3, 4, 3, 4.5, 6]);
  });

  it('hands the gradient of a clipped window to the pixels that exist', async () => {
    const device = openHostDevice();
    const x = await device.upload([1, 3, 3, 1], new Float32Array(9), 'x');
    const net = new Sequential([avgPool('pool', { window: 2, stride: 2, rounding: 'ceil' })]);
    const { tape } = await net.forward(device, x, new Map());
    const { dx } = await net.backward(tape, await device.upload([1, 2, 2, 1], new Float32Array([4, 6, 8, 5]), 'dy'), { wantDx: true });
    if (dx === undefined) throw new Error('no gradient');
    expect([...(await device.download(dx)).data]).toEqual([1, 1, 3, 1, 1, 3, 4, 4, 5]);
  });

  it('refuses impossible options', () => {
    expect(() => avgPool('pool', { window: 0 })).toThrow('pool (avgPool): window is 0, but must be a whole number of at least 1.\n  code: OPTION_INVALID');
    expect(() => avgPool('pool', { window: 2, stride: 0 })).toThrow('pool (avgPool): stride is 0, but must be a whole number of at least 1.\n  code: OPTION_INVALID');
  });
});
