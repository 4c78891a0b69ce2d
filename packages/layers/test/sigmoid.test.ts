import { openHostDevice } from '@convkit/tensor';
import { expect, it } from 'vitest';
import { Sequential, sigmoid } from '@convkit/layers';

it('goes from 0 to 1, steepest in the middle', async () => {
  const device = openHostDevice();
  const x = await device.upload([1, 5], new Float32Array([-1e6, -1, 0, 2, 1e6]), 'x');
  const net = new Sequential([sigmoid('sigmoid1')]);
  const { y, tape } = await net.forward(device, x, new Map());
  const expected = [0, 0.268941, 0.5, 0.880797, 1];
  (await device.download(y)).data.forEach((value, i) => expect(value).toBeCloseTo(expected[i], 6));
  const { dx } = await net.backward(tape, await device.upload([1, 5], new Float32Array(5).fill(10), 'dy'), { wantDx: true });
  if (dx === undefined) throw new Error('no gradient');
  const slopes = [0, 1.96612, 2.5, 1.04994, 0];
  (await device.download(dx)).data.forEach((value, i) => expect(value).toBeCloseTo(slopes[i], 5));
});
