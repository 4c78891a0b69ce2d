import { openGpuDevice, reluForward } from '@convkit/kernels-gpu';
import { defKernel, Tensor, type Device } from '@convkit/tensor';
import { expect, it, vi } from 'vitest';
import { compute } from '../support/on-each-device.js';

const small = Tensor.from([2], [-1, 2]);

/** Two devices, and the one of WebGPU that they share. */
async function openTwo(): Promise<{ devices: readonly Device[]; shared: GPUDevice | undefined }> {
  // Opening one is what brings WebGPU into Node.
  await (await openGpuDevice('webgpu')).destroy();
  const { gpu } = navigator;
  const requestAdapter = gpu.requestAdapter.bind(gpu);
  let shared: GPUDevice | undefined;
  const spy = vi.spyOn(gpu, 'requestAdapter').mockImplementation(async (options) => {
    const adapter = await requestAdapter(options);
    const requestDevice = adapter?.requestDevice.bind(adapter);
    return adapter && requestDevice ? Object.assign(adapter, { requestDevice: async (wanted: GPUDeviceDescriptor) => (shared = await requestDevice(wanted)) }) : null;
  });
  const devices = [await openGpuDevice('webgpu'), await openGpuDevice('webgpu')];
  spy.mockRestore();
  return { devices, shared };
}

it('tells all who wait and all who come that the GPU was lost, on all devices that share it, and begins anew with a new one', async () => {
  const { devices, shared } = await openTwo();
  const lost = { name: 'DeviceError', code: 'DEVICE_LOST', message: expect.stringMatching(/^(download|relu_forward|x): the GPU of "webgpu" was lost/) as string };
  const tensors = await Promise.all(devices.map((device) => device.upload([2], small.data, 'x')));
  const waiting = Promise.allSettled(devices.map((device, i) => device.download(tensors[i])));
  shared?.destroy();
  expect(await waiting).toMatchObject(devices.map(() => ({ status: 'rejected', reason: lost })));
  for (const [i, device] of devices.entries()) {
    await expect(device.run(reluForward, [tensors[i]], {})).rejects.toMatchObject(lost);
    await expect(device.upload([2], small.data, 'x')).rejects.toMatchObject(lost);
    await expect(device.download(tensors[i])).rejects.toMatchObject(lost);
    tensors[i].release();
    expect(device.report()).toMatchObject({ tensors: 0, details: { buffers: 0 } });
  }
  const fresh = await openGpuDevice('webgpu');
  for (const device of devices) await device.destroy();
  expect([...(await compute(fresh, reluForward, [small], {})).data]).toEqual([0, 2]);
  await fresh.destroy();
});

it('says that the GPU was lost also where it has not been told so yet', async () => {
  const { devices, shared } = await openTwo();
  for (const device of devices) expect([...(await compute(device, reluForward, [small], {})).data]).toEqual([0, 2]);
  shared?.destroy();
  await expect(devices[0].upload([2], small.data).then((x) => devices[0].download(x))).rejects.toMatchObject({ code: 'DEVICE_LOST' });
  for (const device of devices) await device.destroy();
});

it('hands out no numbers after the GPU refused a call, on none of the devices that share it, and begins anew with a new one', async () => {
  const { devices, shared } = await openTwo();
  shared?.createBuffer({ size: 4, usage: 0xffff });
  await shared?.queue.onSubmittedWorkDone();
  for (const device of devices) {
    const refused = expect.objectContaining({ name: 'DeviceError', code: 'KERNEL_FAILED', help: 'open a new device and upload again.' }) as object;
    await expect.poll(() => device.upload([1], Float32Array.of(1)).then((tensor) => tensor.release(), (error: unknown) => error)).toEqual(refused);
  }
  const fresh = await openGpuDevice('webgpu');
  expect([...(await compute(fresh, reluForward, [small], {})).data]).toEqual([0, 2]);
  for (const device of [...devices, fresh]) await device.destroy();
});

it('refuses a result that no buffer holds, and works on', async () => {
  const device = await openGpuDevice('webgpu');
  const huge = defKernel({ ...reluForward, name: 'huge', plan: ([x]) => ({ output: [2 ** 33], views: [x], grid: [2 ** 33], constants: {} }) });
  await expect(compute(device, huge, [small], {})).rejects.toMatchObject({ code: 'DEVICE_MEMORY', message: expect.stringMatching(/^huge: takes 34359738368 bytes, but a buffer of "webgpu" holds \d+\./) as string });
  expect([...(await compute(device, reluForward, [small], {})).data]).toEqual([0, 2]);
  await device.destroy();
});
