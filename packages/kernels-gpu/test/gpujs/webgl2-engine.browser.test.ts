import { openGpuDevice, reluForward } from '@convkit/kernels-gpu';
import { Tensor } from '@convkit/tensor';
import { expect, it, vi } from 'vitest';
import { compute } from '../support/on-each-device.js';

it.each([
  ['OUT_OF_MEMORY', 'DEVICE_MEMORY'],
  ['INVALID_OPERATION', 'KERNEL_FAILED'],
] as const)('hands out no numbers after the GPU said %s', async (complaint, code) => {
  const device = await openGpuDevice('webgl2');
  const x = await device.upload([2], Float32Array.of(-1, 2));
  const y = await device.run(reluForward, [x], {});
  const getError = vi.spyOn(WebGL2RenderingContext.prototype, 'getError').mockReturnValueOnce(WebGL2RenderingContext[complaint]);
  await expect(device.download(y)).rejects.toMatchObject({ name: 'DeviceError', code });
  getError.mockRestore();
  await device.destroy();
});

it('keeps no texture of a launch that failed', async () => {
  const device = await openGpuDevice('webgl2');
  const x = Tensor.from([2], [-1, 2]);
  await compute(device, reluForward, [x], {});
  const textures = device.report().details.textures;
  const draw = vi.spyOn(WebGL2RenderingContext.prototype, 'drawArrays').mockImplementationOnce(() => {
    throw new Error('no drawing today');
  });
  await expect(compute(device, reluForward, [x], {})).rejects.toMatchObject({ code: 'KERNEL_FAILED', message: expect.stringContaining('no drawing today') as string });
  draw.mockRestore();
  expect(device.report().details.textures).toBe(textures);
  expect([...(await compute(device, reluForward, [x], {})).data]).toEqual([0, 2]);
  await device.destroy();
});
