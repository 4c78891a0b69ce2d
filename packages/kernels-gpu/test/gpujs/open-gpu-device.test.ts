import { conv2dForward, gpuDeviceNames, openGpuDevice, type GpuDeviceName } from '@convkit/kernels-gpu';
import { OptionError } from '@convkit/tensor';
import { expect, it } from 'vitest';
import { compute } from '../support/on-each-device.js';
import { randomTensor } from '../support/random-tensor.js';

it('knows the names of its devices', async () => {
  expect(gpuDeviceNames).toEqual(['webgpu', 'webgl2', 'gpujs-webasm', 'gpujs-cpu']);
  await expect(openGpuDevice('cuda' as GpuDeviceName)).rejects.toThrow(OptionError);
  await expect(openGpuDevice('cuda' as GpuDeviceName)).rejects.toMatchObject({
    code: 'NAME_UNKNOWN',
    summary: 'There is no device "cuda" on gpu.js.',
    help: 'the names are webgpu, webgl2, gpujs-webasm, gpujs-cpu.',
  });
});

it.each([0, 1.5, NaN])('refuses %d threads', async (threads) => {
  await expect(openGpuDevice('gpujs-webasm', { threads })).rejects.toMatchObject({ code: 'OPTION_INVALID' });
});

it('gives the same bits with any number of threads', async () => {
  // 13 channels: no row is a multiple of four, so that vectors have ends.
  const inputs = [randomTensor('x', [3, 17, 17, 6]), randomTensor('weight', [3, 3, 6, 13]), randomTensor('bias', [13])];
  const results = [];
  for (const threads of [1, 2, 3]) {
    const device = await openGpuDevice('gpujs-webasm', { threads });
    expect(device.report().details.threads).toBe(threads);
    results.push(await compute(device, conv2dForward, inputs, { stride: [1, 1], padding: [1, 1, 1, 1], groups: 1 }));
    await device.destroy();
  }
  expect(results[1].data).toEqual(results[0].data);
  expect(results[2].data).toEqual(results[0].data);
});
