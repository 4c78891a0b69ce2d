import { defKernel, sizeOf, Tensor, type KernelThread, type View1 } from '@convkit/tensor';
import { openGpuDevice, reluForward } from '@convkit/kernels-gpu';
import { describe, expect, it, vi } from 'vitest';
import { bodyOfText } from '../support/body-of-text.js';
import { testDevices } from '../support/devices.js';
import { compute } from '../support/on-each-device.js';

const plan = ([x]: readonly (readonly number[])[]) => ({ output: x, views: [[sizeOf(x)]], grid: [sizeOf(x)], constants: {} });

/** Returns a truth value, for which gpu.js's WebAssembly mode would fall back to the CPU. */
const isPositive = defKernel({
  name: 'is_positive',
  inputs: ['x'],
  body: function (this: KernelThread, x: View1) {
    return (x[this.thread.x] > 0) as unknown as number;
  },
  plan,
});

describe.each(testDevices.filter(({ name }) => name !== 'host'))('on $name', ({ open }) => {
  it('refuses a body it cannot compile, with the name of the kernel, and works on', async () => {
    const device = await open();
    // A name from outside the body.
    // eslint-disable-next-line convkit/kernel-dialect
    const stray = defKernel({ name: 'stray', inputs: ['x'], body: bodyOfText('function (x) { return outside * x[this.thread.x]; }'), plan });
    const error: unknown = await compute(device, stray, [Tensor.zeros([3])], {}).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'DeviceError', code: 'KERNEL_FAILED', message: expect.stringContaining(`stray: failed on "${device.name}"`) as string });
    expect([...(await compute(device, reluForward, [Tensor.from([2], [-1, 2])], {})).data]).toEqual([0, 2]);
    expect(device.report()).toMatchObject({ tensors: 0, kernels: 1 });
    await device.destroy();
  });

  it('cannot be used after it was destroyed', async () => {
    const device = await open();
    await device.destroy();
    await device.destroy();
    await expect(device.upload([1], Float32Array.of(1))).rejects.toMatchObject({ code: 'DEVICE_DESTROYED' });
  });

  it('works beside a second device of its kind, also after that one is destroyed', async () => {
    const [first, second] = [await open(), await open()];
    expect([...(await compute(second, reluForward, [Tensor.from([2], [-1, 2])], {})).data]).toEqual([0, 2]);
    await second.destroy();
    expect([...(await compute(first, reluForward, [Tensor.from([2], [3, -4])], {})).data]).toEqual([3, 0]);
    await first.destroy();
  });
});

it('does not fall back to the CPU', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  const device = await openGpuDevice('gpujs-webasm');
  await expect(compute(device, isPositive, [Tensor.zeros([3])], {})).rejects.toMatchObject({
    code: 'DEVICE_FALLBACK',
    message: expect.stringContaining('is_positive: should run in mode webasm, but gpu.js wanted mode cpu.') as string,
  });
  expect(warn).not.toHaveBeenCalled();
  warn.mockRestore();
  await device.destroy();
});

it('refuses a kernel that takes more memory than WebAssembly addresses', async () => {
  const device = await openGpuDevice('gpujs-webasm');
  const huge = defKernel({ ...reluForward, name: 'huge', plan: ([x]) => ({ output: [2 ** 30], views: [x], grid: [2 ** 30], constants: {} }) });
  await expect(compute(device, huge, [Tensor.zeros([4])], {})).rejects.toMatchObject({ code: 'DEVICE_MEMORY', message: expect.stringContaining('huge:') as string });
  await device.destroy();
});
