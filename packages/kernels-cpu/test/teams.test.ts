import { conv2dForward, denseForward } from '@convkit/kernels-gpu';
import { RandomStream, defKernel, sizeOf, type Device, type KernelThread, type Shape, type View2 } from '@convkit/tensor';
import { afterEach, expect, it, vi } from 'vitest';
import { engineOf, openCpuDevice } from '../src/open-cpu-device.js';

afterEach(() => {
  vi.unstubAllGlobals();
});

const shapes: readonly Shape[] = [[3, 19, 17, 12], [3, 3, 6, 24], [24]];
const attributes = { stride: [2, 1], padding: [1, 1, 1, 1], groups: 2 } as const;

async function convolve(device: Device): Promise<Float32Array> {
  const draws = new RandomStream(1, 'teams').at();
  const [x, weight, bias] = await Promise.all(shapes.map((shape) => device.upload(shape, draws.fillUniform(new Float32Array(sizeOf(shape)), -1, 1))));
  const y = await device.run(conv2dForward, [x, weight, bias], attributes);
  const { data } = await device.download(y);
  for (const tensor of [x, weight, bias, y]) tensor.release();
  return data;
}

it('computes on the calling thread where memory cannot be shared: the same bits, with turns for the event loop', async () => {
  const threaded = await openCpuDevice({ threads: 2 });
  const want = await convolve(threaded);
  await threaded.destroy();
  vi.stubGlobal('SharedArrayBuffer', undefined);
  const device = await openCpuDevice({ threads: 4 });
  expect(device.report().details).toMatchObject({ threads: 1, sharedMemory: false });
  expect(await convolve(device)).toEqual(want);

  const n = 512;
  const x = await device.upload([n, n], new Float32Array(n * n).fill(1), 'x');
  const bias = await device.upload([n], new Float32Array(n), 'bias');
  let turns = 0;
  const ticker = setInterval(() => turns++);
  for (let i = 0; i < 100; i++) (await device.run(denseForward, [x, x, bias], {})).release();
  using y = await device.run(denseForward, [x, x, bias], {});
  expect((await device.download(y)).data[n * n - 1]).toBe(n);
  clearInterval(ticker);
  expect(turns).toBeGreaterThan(3);
  await device.destroy();
});

it('runs a plain body to its end while memory that is not shared grows and moves', async () => {
  vi.stubGlobal('SharedArrayBuffer', undefined);
  const device = await openCpuDevice();
  const slow = defKernel({
    name: 'slow',
    inputs: ['x'],
    body: function (this: KernelThread, x: View2) {
      let sum = 0;
      for (let i = 0; i < this.constants.N; i++) sum += x[this.thread.y][i];
      return sum;
    },
    plan: ([x]) => ({ output: [x[0], 8], views: [x], grid: [x[0], 8], constants: { N: x[1] } }),
  });
  using x = await device.upload([2_000, 1_000], new Float32Array(2_000_000).fill(1), 'x');
  const running = device.run(slow, [x], {});
  const before = device.report().details.memoryBytes as number;
  const others = [];
  for (let i = 0; i < 20; i++) others.push(await device.upload([1_000_000], new Float32Array(1_000_000), 'other'));
  expect(device.report().details.memoryBytes).toBeGreaterThan(before);
  using y = await running;
  expect(new Set((await device.download(y)).data)).toEqual(new Set([1_000]));
  for (const tensor of others) tensor.release();
  await device.destroy();
});

it('says that the device is lost when a thread has died, to those who wait and to those who come', async () => {
  const device = await openCpuDevice({ threads: 2 });
  const x = await device.upload([4], new Float32Array(4), 'x');
  const { team } = engineOf(device);
  // There is no such operation: the thread that takes it runs into the end of its code.
  team.submit(-1 as never, 1, []);
  const lost: unknown = expect.objectContaining({ code: 'DEVICE_LOST' });
  await expect(device.download(x)).rejects.toThrow(lost);
  await expect(device.download(x)).rejects.toThrow(lost);
  await expect(device.run(denseForward, [await Promise.resolve(x), x, x], {})).rejects.toThrow();
  await device.destroy();
});

/** Whether this runtime has fused multiply-add: the smallest module that uses it. */
const relaxed = WebAssembly.validate(
  Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 1, 8, 1, 96, 3, 123, 123, 123, 1, 123, 3, 2, 1, 0, 10, 13, 1, 11, 0, 32, 0, 32, 1, 32, 2, 253, 133, 2, 11),
);

it('multiplies and adds in one instruction where that is asked for and there, and says so where it is not', async () => {
  if (!relaxed) {
    await expect(openCpuDevice({ relaxedSimd: true })).rejects.toThrow(expect.objectContaining({ code: 'DEVICE_UNAVAILABLE' }));
    return;
  }
  const strict = await openCpuDevice();
  const fused = await openCpuDevice({ relaxedSimd: true });
  expect(fused.report().mode).toBe('wasm-relaxed-simd');
  const [want, got] = [await convolve(strict), await convolve(fused)];
  // 54 terms of at most 1, rounded once less each.
  expect(Math.max(...want.map((value, i) => Math.abs(value - got[i])))).toBeLessThan(54 * 2 ** -23);
  await strict.destroy();
  await fused.destroy();
});
