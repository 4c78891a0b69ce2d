import { expect, it } from 'vitest';
import { defKernel, openHostDevice, type KernelThread, type View1, type View2, type View3 } from '@convkit/tensor';
import { addScaled } from './support/kernels.js';

it('runs a body for every thread of a three-dimensional grid, x fastest', async () => {
  const place = defKernel({
    name: 'place',
    inputs: ['x'],
    body: function (this: KernelThread, x: View3) {
      return this.constants.base + 100 * this.thread.z + 10 * this.thread.y + this.thread.x + 0 * x[0][0][0];
    },
    plan: ([x]) => ({ output: [12], views: [x], grid: [2, 3, 2], constants: { base: 1000 } }),
  });
  const device = openHostDevice();
  const x = await device.upload([1, 1, 1], new Float32Array(1), 'x');
  expect([...(await device.download(await device.run(place, [x], {}))).data]).toEqual([1000, 1001, 1010, 1011, 1020, 1021, 1100, 1101, 1110, 1111, 1120, 1121]);
});

it('shows an input as one row, rows, or planes of rows', async () => {
  const turn = defKernel({
    name: 'turn',
    inputs: ['a', 'b', 'c'],
    body: function (this: KernelThread, a: View1, b: View2, c: View3) {
      return a[this.thread.x] + b[this.thread.y][this.thread.x] + c[this.thread.z][this.thread.y][this.thread.x];
    },
    plan: ([a, b, c]) => ({ output: c, views: [a, b, c], grid: c, constants: {} }),
  });
  const device = openHostDevice();
  const a = await device.upload([2], new Float32Array([1, 2]), 'a');
  const b = await device.upload([2, 2], new Float32Array([10, 20, 30, 40]), 'b');
  const c = await device.upload([2, 2, 2], new Float32Array([100, 200, 300, 400, 500, 600, 700, 800]), 'c');
  expect([...(await device.download(await device.run(turn, [a, b, c], {}))).data]).toEqual([111, 222, 331, 442, 511, 622, 731, 842]);
});

it('lays four results of one thread side by side', async () => {
  const four = defKernel({
    name: 'four',
    inputs: ['x'],
    body: function (this: KernelThread, x: View1) {
      return [x[this.thread.x], 2 * x[this.thread.x], 3 * x[this.thread.x], 4 * x[this.thread.x]];
    },
    plan: ([x]) => ({ output: [...x, 4], views: [x], grid: x, constants: {}, returns: 4 }),
  });
  const device = openHostDevice();
  const x = await device.upload([2], new Float32Array([1, 10]), 'x');
  expect([...(await device.download(await device.run(four, [x], {}))).data]).toEqual([1, 2, 3, 4, 10, 20, 30, 40]);
});

it('says so when a body returns another number of results than its plan', async () => {
  const lying = defKernel({
    name: 'lying',
    inputs: ['x'],
    body: function () {
      // eslint-disable-next-line convkit/kernel-dialect -- the lie under test
      return [1, 2, 3];
    },
    plan: ([x]) => ({ output: [...x, 4], views: [x], grid: x, constants: {}, returns: 4 }),
  });
  const device = openHostDevice();
  const x = await device.upload([2], new Float32Array(2), 'x');
  await expect(device.run(lying, [x], {})).rejects.toThrow('lying: the body returned 6 numbers for an output [2, 4] of 8.\n  code: KERNEL_FAILED');
});

it('rounds run-time numbers to f32, as every device does, and computes in double precision', async () => {
  const device = openHostDevice();
  const a = await device.upload([1], new Float32Array([0]), 'a');
  const b = await device.upload([1], new Float32Array([3]), 'b');
  const { data } = await device.download(await device.run(addScaled, [a, b], { factor: 0.1 }));
  expect(data[0]).toBe(Math.fround(3 * Math.fround(0.1)));
});

it('keeps numbers of its own', async () => {
  const device = openHostDevice();
  const given = new Float32Array([1, 2]);
  const x = await device.upload([2], given, 'x');
  given[0] = 9;
  const read = await device.download(x);
  read.data[1] = 9;
  expect([...(await device.download(x)).data]).toEqual([1, 2]);
});

it('reports what it is', () => {
  expect(openHostDevice().report()).toMatchObject({ name: 'host', mode: 'host', tensors: 0, bytes: 0, peakBytes: 0, kernels: 0, launches: 0, untuned: [], details: {} });
  expect(openHostDevice().limits.maxTermsPerThread).toBe(Infinity);
});
