import { openGpuDevice, reluForward } from '@convkit/kernels-gpu';
import { Tensor } from '@convkit/tensor';
import { expect, it } from 'vitest';
import { gpujs } from '../../src/gpujs/facade.js';
import { compute } from '../support/on-each-device.js';

it('hands out no numbers after the GPU refused a call, on none of the devices that share it, and begins anew with a new one', async () => {
  const devices = [await openGpuDevice('webgpu'), await openGpuDevice('webgpu')];
  const { device: shared } = await gpujs.WebGPUContext.acquire();
  shared.createBuffer({ size: 4, usage: 0xffff });
  await shared.queue.onSubmittedWorkDone();
  for (const device of devices) {
    const refused = expect.objectContaining({ name: 'DeviceError', code: 'KERNEL_FAILED', help: 'open a new device and upload again.' }) as object;
    await expect.poll(() => device.upload([1], Float32Array.of(1)).then((tensor) => tensor.release(), (error: unknown) => error)).toEqual(refused);
  }
  const fresh = await openGpuDevice('webgpu');
  expect([...(await compute(fresh, reluForward, [Tensor.from([2], [-1, 2])], {})).data]).toEqual([0, 2]);
  for (const device of [...devices, fresh]) await device.destroy();
});
