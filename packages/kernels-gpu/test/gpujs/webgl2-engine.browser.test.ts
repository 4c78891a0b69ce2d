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

it('tells all who wait and all who come that the GPU was lost, and another device works beside it', async () => {
  const canvas = vi.spyOn(OffscreenCanvas.prototype, 'getContext');
  const device = await openGpuDevice('webgl2');
  const gl = canvas.mock.results[0].value as WebGL2RenderingContext;
  canvas.mockRestore();
  const lost = { name: 'DeviceError', code: 'DEVICE_LOST', message: expect.stringMatching(/^(download|relu_forward|x): the GPU of "webgl2" was lost/) as string };
  const x = await device.upload([2], Float32Array.of(-1, 2), 'x');
  const { adapter } = device.report().details;
  const waiting = device.download(x);
  gl.getExtension('WEBGL_lose_context')?.loseContext();
  await expect(waiting).rejects.toMatchObject(lost);
  await expect(device.run(reluForward, [x], {})).rejects.toMatchObject(lost);
  await expect(device.upload([2], Float32Array.of(1, 2), 'x')).rejects.toMatchObject(lost);
  await expect(device.download(x)).rejects.toMatchObject(lost);
  x.release();
  expect(device.report()).toMatchObject({ tensors: 0, details: { adapter, textures: 0 } });
  const fresh = await openGpuDevice('webgl2');
  await device.destroy();
  expect([...(await compute(fresh, reluForward, [Tensor.from([2], [-1, 2])], {})).data]).toEqual([0, 2]);
  await fresh.destroy();
});

it('hands out no zeros where a loss is not known yet and nothing was read', async () => {
  const device = await openGpuDevice('webgl2');
  const x = await device.upload([2], Float32Array.of(-1, 2));
  const read = vi.spyOn(WebGL2RenderingContext.prototype, 'getBufferSubData').mockReturnValueOnce();
  await expect(device.download(x)).rejects.toMatchObject({ code: 'DEVICE_LOST' });
  read.mockRestore();
  expect([...(await device.download(x)).data]).toEqual([-1, 2]);
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
