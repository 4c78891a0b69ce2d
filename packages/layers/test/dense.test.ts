import { openHostDevice } from '@convkit/tensor';
import { expect, it } from 'vitest';
import { Sequential, dense } from '@convkit/layers';

it('has the parameters and multiply-adds of fc6 of AlexNet', () => {
  const fc6 = dense('fc6', { outputs: 4096 });
  expect(fc6.parameterSpecs([1, 6, 6, 256]).map(({ shape, fanIn }) => [shape, fanIn])).toEqual([[[9216, 4096], 9216], [[4096], 9216]]);
  expect(fc6.multiplyAdds([128, 6, 6, 256])).toBe(128 * 37_748_736);
});

it('flattens an image in the order row, column, channel', async () => {
  const device = openHostDevice();
  const net = new Sequential([dense('fc1', { outputs: 1 })]);
  const x = await device.upload([1, 2, 2, 2], new Float32Array([1, 2, 3, 4, 5, 6, 7, 8]), 'x');
  // Each digit of the result is the input that met the weight of that power of ten.
  const weight = await device.upload([8, 1], Float32Array.from({ length: 8 }, (_, i) => (i < 7 ? 10 ** i : 0)), 'weight');
  const bias = await device.upload([1], new Float32Array([0]), 'bias');
  const y = await net.predict(device, x, new Map([['fc1.weight', weight], ['fc1.bias', bias]]));
  expect([...(await device.download(y)).data]).toEqual([7654321]);
});

it('refuses impossible options', () => {
  expect(() => dense('fc1', { outputs: 1.5 })).toThrow('fc1 (dense): outputs is 1.5, but must be a whole number of at least 1.\n  code: OPTION_INVALID');
});
