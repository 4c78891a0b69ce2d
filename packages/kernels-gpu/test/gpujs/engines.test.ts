import { defKernel, openHostDevice, sizeOf, Tensor, type KernelThread, type View1, type View2, type View3 } from '@convkit/tensor';
import { expect, it } from 'vitest';
import { bodyOfText } from '../support/body-of-text.js';
import { expectClose, rtol } from '../support/expect-close.js';
import { NdArray } from '../support/nd-array.js';
import { compute, onEachDevice } from '../support/on-each-device.js';
import { randomTensor } from '../support/random-tensor.js';

/** `y = a + factor b`, as one row. */
const addScaled = defKernel<{ readonly factor: number }>({
  name: 'add_scaled',
  inputs: ['a', 'b'],
  scalars: ['factor'],
  body: function (this: KernelThread, a: View1, b: View1, factor: number) {
    return a[this.thread.x] + factor * b[this.thread.x];
  },
  plan: ([a, b]) => ({ output: a, views: [[sizeOf(a)], [sizeOf(b)]], grid: [sizeOf(a)], constants: {} }),
});

/** `y = a b` for matrices. */
const multiply = defKernel({
  name: 'multiply',
  inputs: ['a', 'b'],
  body: function (this: KernelThread, a: View2, b: View2) {
    let sum = 0;
    for (let k = 0; k < this.constants.K; k++) sum += a[this.thread.y][k] * b[k][this.thread.x];
    return sum;
  },
  plan: ([a, b]) => ({ output: [a[0], b[1]], views: [a, b], grid: [a[0], b[1]], constants: { K: a[1] } }),
});

/** Sums and differences of four neighbours: four results a thread. */
const butterfly = defKernel({
  name: 'butterfly',
  inputs: ['x'],
  body: function (this: KernelThread, x: View2) {
    const a = x[this.thread.x][0];
    const b = x[this.thread.x][1];
    const c = x[this.thread.x][2];
    const d = x[this.thread.x][3];
    return [a + b + c + d, a - b + c - d, a + b - c - d, a - b - c + d];
  },
  plan: ([x]) => ({ output: x, views: [[sizeOf(x) / 4, 4]], grid: [sizeOf(x) / 4], constants: {}, returns: 4 }),
});

/** `y[z, y, x] = a[x] + b[y, x] · c[z, y, x]`: views and grid of three sizes. */
const planes = defKernel({
  name: 'planes',
  inputs: ['a', 'b', 'c'],
  body: function (this: KernelThread, a: View1, b: View2, c: View3) {
    return a[this.thread.x] + b[this.thread.y][this.thread.x] * c[this.thread.z][this.thread.y][this.thread.x];
  },
  plan: ([a, b, c]) => ({ output: c, views: [a, b, c], grid: c, constants: {} }),
});

/** The transpose of a matrix that is seen under the shape `[rows, columns]`, whatever its own. */
const turn = defKernel<{ readonly rows: number; readonly columns: number }>({
  name: 'turn',
  inputs: ['x'],
  body: function (this: KernelThread, x: View2) {
    return x[this.thread.x][this.thread.y];
  },
  plan: (_, { rows, columns }) => ({ output: [columns, rows], views: [[rows, columns]], grid: [columns, rows], constants: {} }),
});

/** A body as a minifier leaves it: names used again for other things, `let` for all, statements folded into expressions. */
const clippedRowSums = defKernel<{ readonly most: number }>({
  name: 'clipped_row_sums',
  inputs: ['x'],
  scalars: ['most'],
  // eslint-disable-next-line convkit/kernel-dialect
  body: bodyOfText(
    'function(e,t){let n=Math.floor((this.thread.x+.5)/this.constants.W),r=this.thread.x-n*this.constants.W,i=0,o=Math.max(n,0);i+=e[o][0]*0;for(let t=0;t<this.constants.W;t++){let a=e[n][t];t<=r&&(i+=a)}for(let e=0;e<2;e++){let n=e*1;i+=n*0}for(let t=0;t<this.constants.W;t++)e[n][t]<0&&i--;return i++,i>t?t:i}',
  ),
  plan: ([x]) => ({ output: x, views: [x], grid: [sizeOf(x)], constants: { W: x[1] } }),
});

onEachDevice((device) => {
  it('computes element by element, with a number handed over at run time', async () => {
    const a = randomTensor('a', [5, 7]);
    const b = randomTensor('b', [5, 7]);
    for (const factor of [0.1, -3]) {
      const y = await compute(device(), addScaled, [a, b], { factor });
      expectClose(y, NdArray.of(a).map((value, i) => value + Math.fround(factor) * b.data[i]), rtol(2));
    }
    expect(device().report().kernels).toBeLessThanOrEqual(1);
  });

  it.each([
    [3, 5, 7],
    [64, 100, 132],
  ])('multiplies [%i, %i] by […, %i]', async (M, K, N) => {
    const a = randomTensor('a', [M, K]);
    const b = randomTensor('b', [K, N]);
    const product = Float64Array.from({ length: M * N }, (_, i) => {
      let sum = 0;
      for (let k = 0; k < K; k++) sum += a.data[Math.floor(i / N) * K + k] * b.data[k * N + (i % N)];
      return sum;
    });
    expectClose(await compute(device(), multiply, [a, b], {}), new NdArray([M, N], product), rtol(K));
  });

  it.each([[4], [36], [4 * 4100]])('lays four results of a thread side by side: [%i]', async (size) => {
    const x = randomTensor('x', [size]);
    const y = Float64Array.from({ length: size }, (_, i) => {
      const [a, b, c, d] = x.data.subarray(i - (i % 4));
      return [a + b + c + d, a - b + c - d, a + b - c - d, a - b - c + d][i % 4];
    });
    expectClose(await compute(device(), butterfly, [x], {}), new NdArray([size], y), rtol(4));
  });

  it('reads what a thread of four results made as one flat tensor, under any shape', async () => {
    const x = randomTensor('x', [6, 4]);
    using on = await device().upload(x.shape, x.data, 'x');
    using mixed = await device().run(butterfly, [on], {});
    using turned = await device().run(turn, [mixed], { rows: 3, columns: 8 });
    const flat = (await device().download(mixed)).data;
    expect([...(await device().download(turned)).data]).toEqual(Array.from({ length: 24 }, (_, i) => flat[(i % 3) * 8 + Math.floor(i / 3)]));
  });

  it('shows inputs as a row, rows and planes of rows', async () => {
    const [a, b, c] = [randomTensor('a', [6]), randomTensor('b', [5, 6]), randomTensor('c', [4, 5, 6])];
    const y = NdArray.of(c).map((value, i) => a.data[i % 6] + b.data[i % 30] * value);
    expectClose(await compute(device(), planes, [a, b, c], {}), y, rtol(2));
  });

  it('shows one tensor under several shapes', async () => {
    const x = randomTensor('x', [24]);
    using on = await device().upload(x.shape, x.data, 'x');
    for (const [rows, columns] of [[4, 6], [6, 4], [2, 12], [24, 1], [1, 24]]) {
      using y = await device().run(turn, [on], { rows, columns });
      expect([...(await device().download(y)).data]).toEqual(Array.from({ length: 24 }, (_, i) => x.data[(i % rows) * columns + Math.floor(i / rows)]));
    }
  });

  it('keeps rows that are longer than any side of a texture, and many short ones', async () => {
    for (const [rows, columns] of [[3, 9000], [9000, 3]]) {
      const x = randomTensor('x', [rows, columns]);
      const y = await compute(device(), turn, [x], { rows, columns });
      expect(y.data.every((value, i) => value === x.data[(i % rows) * columns + Math.floor(i / rows)])).toBe(true);
    }
  });

  it('runs a body that a minifier has been over', async () => {
    const x = randomTensor('x', [9, 11]);
    const host = openHostDevice();
    const expected = await compute(host, clippedRowSums, [x], { most: 0.75 });
    expectClose(await compute(device(), clippedRowSums, [x], { most: 0.75 }), NdArray.of(expected), rtol(11));
  });

  it('lets an input be donated, also one that is given twice', async () => {
    const x = await device().upload([3], Float32Array.of(1, 2, 3), 'x');
    const y = await device().run(addScaled, [x, x], { factor: 2 }, { donate: [x] });
    expect(device().owns(x)).toBe(false);
    using z = await device().run(addScaled, [y, y], { factor: -0.5 }, { donate: [y] });
    expect([...(await device().download(z)).data]).toEqual([1.5, 3, 4.5]);
  });

  it('keeps launches apart that are not waited for', async () => {
    const uploads = await Promise.all([1, 2, 3, 4].map((value) => device().upload([5000], new Float32Array(5000).fill(value), 'x')));
    const results = await Promise.all(uploads.map((x) => device().run(addScaled, [x, x], { factor: 10 })));
    const read = await Promise.all(results.map((y) => device().download(y)));
    expect(read.map(({ data }) => [data[0], data[4999]])).toEqual([1, 2, 3, 4].map((value) => [11 * value, 11 * value]));
    for (const tensor of [...uploads, ...results]) tensor.release();
  });

  it('gives the numbers of a download away', async () => {
    using x = await device().upload([2], Float32Array.of(1, 2), 'x');
    (await device().download(x)).data.fill(9);
    expect([...(await device().download(x)).data]).toEqual([1, 2]);
  });

  it('holds no more after 1,000 launches than after 10', async () => {
    let x = await device().upload([64], new Float32Array(64).fill(1), 'x');
    using step = await device().upload([64], new Float32Array(64).fill(0.5), 'step');
    const held = async (launches: number) => {
      for (let i = 0; i < launches; i++) {
        x = await device().run(addScaled, [x, step], { factor: 1 }, { donate: [x] });
        using passing = await device().run(butterfly, [x], {});
        expect(passing.shape).toEqual([64]);
      }
      const { tensors, bytes, kernels, details } = device().report();
      return { tensors, bytes, kernels, buffers: details.buffers, textures: details.textures };
    };
    const early = await held(5);
    expect(await held(500)).toEqual(early);
    const { buffers, textures } = early;
    if (buffers !== undefined || textures !== undefined) expect(buffers ?? textures).toBe(early.tensors);
    expect((await device().download(x)).data[0]).toBe(1 + 505 * 0.5);
    x.release();
  }, 120_000);

  it('says which kernel and device failed when a body returns another number of results than its plan says', async () => {
    const wrong = defKernel({
      name: 'wrong',
      inputs: ['x'],
      body: function (this: KernelThread, x: View1) {
        return [x[0], x[1], x[2], x[3]];
      },
      plan: ([x]) => ({ output: x, views: [x], grid: x, constants: {} }),
    });
    await expect(compute(device(), wrong, [Tensor.zeros([4])], {})).rejects.toMatchObject({ name: 'DeviceError', code: 'KERNEL_FAILED', message: expect.stringContaining('wrong:') as string });
    expect(device().report().tensors).toBe(0);
  });
});
