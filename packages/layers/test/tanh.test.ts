import { openHostDevice } from '@convkit/tensor';
import { expect, it } from 'vitest';
import { Sequential, tanh } from '@convkit/layers';

it('bends what is small and stops what is large, both ways', async () => {
  const device = openHostDevice();
  const x = await device.upload([1, 5], new Float32Array([-1e6, -1, 0, 0.5, 1e6]), 'x');
  const net = new Sequential([tanh('tanh1')]);
  const { y, tape } = await net.forward(device, x, new Map());
  const expected = [-1, -0.761594, 0, 0.462117, 1];
  (await device.download(y)).data.forEach((value, i) => expect(value).toBeCloseTo(expected[i], 6));
  const { dx } = await net.backward(tape, await device.upload([1, 5], new Float32Array(5).fill(10), 'dy'), { wantDx: true });
  if (dx === undefined) throw new Error('no gradient');
  const slopes = [0, 4.19974, 10, 7.86448, 0];
  (await device.download(dx)).data.forEach((value, i) => expect(value).toBeCloseTo(slopes[i], 5));
});
