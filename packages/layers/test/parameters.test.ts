import { Tensor, openHostDevice } from '@convkit/tensor';
import { expect, it } from 'vitest';
import { downloadParameters, releaseAll, uploadParameters } from '@convkit/layers';

it('go to a device and come back the same, under their names and in their order', async () => {
  const device = openHostDevice();
  const parameters = new Map([['b', Tensor.from([2], [1, 2])], ['a', Tensor.from([1, 1], [3])]]);
  const uploaded = await uploadParameters(device, parameters);
  expect(device.report().live()).toEqual([{ label: 'b', shape: [2] }, { label: 'a', shape: [1, 1] }]);
  const downloaded = await downloadParameters(device, uploaded);
  expect([...downloaded]).toEqual([...parameters]);
  expect(device.report().tensors).toBe(2);
  (uploaded.get('a') ?? expect.fail()).release();
  releaseAll(uploaded.values());
  expect(device.report().tensors).toBe(0);
});
