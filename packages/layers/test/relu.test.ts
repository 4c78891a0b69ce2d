import { openHostDevice } from '@convkit/tensor';
import { expect, it } from 'vitest';
import { Sequential, relu } from '@convkit/layers';

it('passes what is above zero, both ways, and nothing at zero itself', async () => {
  const device = openHostDevice();
  const x = await device.upload([1, 4], new Float32Array([-1, 0, 0.5, 3]), 'x');
  const net = new Sequential([relu('relu1')]);
  const { y, tape } = await net.forward(device, x, new Map());
  expect([...(await device.download(y)).data]).toEqual([0, 0, 0.5, 3]);
  const { dx } = await net.backward(tape, await device.upload([1, 4], new Float32Array([10, 20, 30, 40]), 'dy'), { wantDx: true });
  if (dx === undefined) throw new Error('no gradient');
  expect([...(await device.download(dx)).data]).toEqual([0, 0, 30, 40]);
});
