import { measurePeak, openCpuDevice } from '@convkit/kernels-cpu';
import { denseForward, reluForward, scale } from '@convkit/kernels-gpu';
import { defKernel, openHostDevice, sizeOf, type Device, type KernelThread, type View1 } from '@convkit/tensor';
import { describe, expect, it } from 'vitest';

const triple = defKernel({
  name: 'triple',
  inputs: ['x'],
  body: function (this: KernelThread, x: View1) {
    return x[this.thread.x] * 3;
  },
  plan: ([x]) => ({ output: x, views: [[sizeOf(x)]], grid: [sizeOf(x)], constants: {} }),
});

async function withDevice(options: Parameters<typeof openCpuDevice>[0], use: (device: Device) => Promise<void>): Promise<void> {
  const device = await openCpuDevice(options);
  try {
    await use(device);
  } finally {
    await device.destroy();
  }
}

describe('what it says of itself', () => {
  it('names mode, threads and memory', () =>
    withDevice({ threads: 3 }, async (device) => {
      expect(device.name).toBe('cpu');
      expect(device.report()).toMatchObject({ mode: 'wasm-simd', untuned: [], details: { threads: 3, sharedMemory: true } });
    }));

  it('names kernels that it has no code for, and runs them by their bodies', () =>
    withDevice({}, async (device) => {
      using x = await device.upload([100_003], new Float32Array(100_003).fill(2), 'x');
      using y = await device.run(triple, [x], {});
      using z = await device.run(scale, [y], { factor: 0.5 });
      expect(new Set((await device.download(z)).data)).toEqual(new Set([3]));
      expect(device.report()).toMatchObject({ untuned: ['triple'], kernels: 1 });
    }));

  it('measures its peak, and no other device', async () => {
    await withDevice({ threads: 1 }, async (device) => expect(await measurePeak(device)).toBeGreaterThan(0.5));
    await expect(measurePeak(openHostDevice())).rejects.toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
  });
});

describe('options', () => {
  it.each([{ threads: 0 }, { threads: 1.5 }, { threads: 65 }, { maxBytes: 0 }, { maxBytes: NaN }])('refuses %o', async (options) => {
    await expect(openCpuDevice(options)).rejects.toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
  });
});

describe('memory', () => {
  it('is a typed error when it is not there, after which the device goes on', () =>
    withDevice({ threads: 2, maxBytes: 1 << 20 }, async (device) => {
      const size = 100_000;
      const x = await device.upload([size], new Float32Array(size).fill(-1), 'x');
      const y = await device.run(reluForward, [x], {});
      await expect(device.upload([size], new Float32Array(size), 'z')).rejects.toThrow(expect.objectContaining({ code: 'DEVICE_MEMORY' }));
      await expect(device.run(reluForward, [x], {})).rejects.toThrow(expect.objectContaining({ code: 'DEVICE_MEMORY' }));
      await expect(device.run(triple, [x], {})).rejects.toThrow(expect.objectContaining({ code: 'DEVICE_MEMORY' }));
      y.release();
      using z = await device.run(scale, [x], { factor: 4 });
      expect((await device.download(z)).data[size - 1]).toBe(-4);
      x.release();
    }));

  it('is the same after 1,000 launches as after one', () =>
    withDevice({ threads: 2 }, async (device) => {
      const x = await device.upload([64, 64], new Float32Array(4096).fill(1 / 64), 'x');
      const bias = await device.upload([64], new Float32Array(64), 'bias');
      const step = async () => {
        using y = await device.run(denseForward, [x, x, bias], {});
        using z = await device.run(triple, [y], {});
        (await device.run(reluForward, [z], {})).release();
      };
      await step();
      await device.download(bias);
      const { details, tensors, bytes } = device.report();
      for (let i = 0; i < 1_000; i++) await step();
      await device.download(bias);
      expect(device.report()).toMatchObject({ details, tensors, bytes });
      x.release();
      bias.release();
    }));

  it('is not written by an upload while commands still read it', () =>
    withDevice({ threads: 2 }, async (device) => {
      for (let i = 0; i < 50; i++) {
        const x = await device.upload([500_000], new Float32Array(500_000).fill(i), 'x');
        const results = await Promise.all(Array.from({ length: 4 }, () => device.run(scale, [x], { factor: 2 })));
        x.release();
        using other = await device.upload([500_000], new Float32Array(500_000).fill(-7), 'other');
        expect((await device.download(other)).data[499_999]).toBe(-7);
        for (const y of results) {
          const { data } = await device.download(y);
          expect([data[0], data[250_000], data[499_999]]).toEqual([2 * i, 2 * i, 2 * i]);
          y.release();
        }
      }
    }));

  it('is not given away while a body or a download still reads it', () =>
    withDevice({ threads: 2 }, async (device) => {
      const x = await device.upload([300_000], new Float32Array(300_000).fill(5), 'x');
      const running = device.run(triple, [x], {});
      const reading = device.download(x);
      x.release();
      using other = await device.upload([300_000], new Float32Array(300_000).fill(9), 'other');
      using y = await running;
      expect(new Set((await device.download(y)).data)).toEqual(new Set([15]));
      expect(new Set((await reading).data)).toEqual(new Set([5]));
      expect((await device.download(other)).data[0]).toBe(9);
    }));
});

describe('launches that nobody waits for', () => {
  it('keep their order, tuned or not, and however many there are', () =>
    withDevice({ threads: 2 }, async (device) => {
      const x = await device.upload([1_000], new Float32Array(1_000).fill(1), 'x');
      const before = Array.from({ length: 600 }, () => device.run(scale, [x], { factor: 3 }));
      const tripled = device.run(triple, [x], {});
      const last = device.run(scale, [x], { factor: 10 }, { donate: [x] });
      for (const y of await Promise.all([...before, tripled])) {
        expect(new Set((await device.download(y)).data)).toEqual(new Set([3]));
        y.release();
      }
      using y = await last;
      expect(new Set((await device.download(y)).data)).toEqual(new Set([10]));
    }));
});

describe('the event loop', () => {
  it('turns while threads compute', () =>
    withDevice({ threads: 2 }, async (device) => {
      const n = 1024;
      using x = await device.upload([n, n], new Float32Array(n * n).fill(1e-3), 'x');
      using bias = await device.upload([n], new Float32Array(n), 'bias');
      let turns = 0;
      const ticker = setInterval(() => turns++, 1);
      for (let i = 0; i < 8; i++) (await device.run(denseForward, [x, x, bias], {})).release();
      await device.download(bias);
      clearInterval(ticker);
      expect(turns).toBeGreaterThan(10);
    }));
});

describe('a launch after the end', () => {
  it('is refused', async () => {
    const device = await openCpuDevice();
    await device.destroy();
    await expect(device.upload([1], new Float32Array(1), 'x')).rejects.toThrow(expect.objectContaining({ code: 'DEVICE_DESTROYED' }));
  });
});
