import { beforeEach, describe, expect, it } from 'vitest';
import { type DeviceTensor, Tensor, defKernel, openDevice, openHostDevice, type Device, type Engine, type KernelDefinition, type Launch } from '@convkit/tensor';
import { addScaled, double } from './support/kernels.js';

const one = new Float32Array([1]);

/** An engine that computes nothing and writes down what it is asked. Its handles are numbers; a donated first input lends its handle to the result if `reuse`. */
class CountingEngine implements Engine<number> {
  readonly name = 'counting';
  readonly limits = { maxTermsPerThread: 8 };
  readonly live = new Set<number>();
  readonly launches: Launch<number>[] = [];
  reuse = false;
  failing = false;
  destroyed = 0;
  #next = 0;

  async upload() {
    return this.#make();
  }

  async launch(launch: Launch<number>) {
    if (this.failing) throw new Error('the engine failed');
    this.launches.push(launch);
    return this.reuse && launch.donated[0] ? launch.inputs[0] : this.#make();
  }

  async download(_handle: number, size: number) {
    return new Float32Array(size);
  }

  free(handle: number) {
    if (!this.live.delete(handle)) throw new Error(`handle ${handle} is freed twice`);
  }

  describe() {
    return { mode: 'none', kernels: 0, untuned: [], details: { threads: 3 } };
  }

  async destroy() {
    this.destroyed++;
  }

  #make() {
    this.live.add(++this.#next);
    return this.#next;
  }
}

let engine: CountingEngine;
let device: Device;

beforeEach(() => {
  engine = new CountingEngine();
  device = openDevice(engine);
});

describe('the ledger', () => {
  it('counts tensors, bytes, their peak and launches, and lists what is live', async () => {
    const a = await device.upload([2, 3], new Float32Array(6), 'a');
    const b = await device.upload([2, 3], new Float32Array(6));
    const c = await device.run(addScaled, [a, b], { factor: 1 }, { label: 'c' });
    const d = await device.run(double, [c], {});
    expect(device.report()).toMatchObject({ name: 'counting', mode: 'none', tensors: 4, bytes: 96, peakBytes: 96, launches: 2, details: { threads: 3 } });
    expect(device.report().live()).toEqual([
      { label: 'a', shape: [2, 3] },
      { label: 'tensor', shape: [2, 3] },
      { label: 'c', shape: [2, 3] },
      { label: 'double', shape: [2, 3] },
    ]);
    for (const tensor of [a, b, c, d]) tensor.release();
    expect(device.report()).toMatchObject({ tensors: 0, bytes: 0, peakBytes: 96 });
    expect(engine.live.size).toBe(0);
  });

  it.each([[true, 24], [false, 48]])('counts a donated input into the peak, unless the result takes its place (%s: %i bytes)', async (reuse, peakBytes) => {
    engine.reuse = reuse;
    const x = await device.upload([2, 3], new Float32Array(6));
    await device.run(double, [x], {}, { donate: [x] });
    expect(device.report()).toMatchObject({ bytes: 24, peakBytes });
  });

  it('does not change when the caller changes the shape it gave', async () => {
    const shape = [2, 3];
    const x = await device.upload(shape, new Float32Array(6), 'x');
    shape[0] = 1;
    expect(x.shape).toEqual([2, 3]);
    x.release();
    expect(device.report().bytes).toBe(0);
  });

  it('frees everything when the device is destroyed, once', async () => {
    const x = await device.upload([1], one, 'x');
    await device.upload([1], one, 'y');
    await device.destroy();
    await device.destroy();
    expect(engine.live.size).toBe(0);
    expect(engine.destroyed).toBe(1);
    expect(device.report()).toMatchObject({ tensors: 0, bytes: 0 });
    expect(x.released).toBe(true);
    x.release();
    await expect(device.upload([1], one, 'late')).rejects.toThrow('late: the device "counting" was destroyed.\n  code: DEVICE_DESTROYED');
    await expect(device.run(double, [x], {})).rejects.toThrow('double: the device "counting" was destroyed.');
    await expect(device.download(x)).rejects.toThrow('download: the device "counting" was destroyed.');
    expect(() => device.reshape(x, [1, 1])).toThrow('reshape: the device "counting" was destroyed.');
  });
});

describe('ownership', () => {
  it('is given up by `using` at the end of the block, unless it was given up before', async () => {
    let kept: DeviceTensor;
    {
      using x = await device.upload([1], one, 'x');
      using donated = await device.upload([1], one, 'donated');
      using result = await device.run(double, [donated], {}, { donate: [donated] });
      kept = x;
      expect([x.released, donated.released, result.released]).toEqual([false, true, false]);
    }
    expect(kept.released).toBe(true);
    expect(device.report().tensors).toBe(0);
  });

  it('ends with a release: every later use names the tensor', async () => {
    const x = await device.upload([2, 3], new Float32Array(6), 'conv1.weight');
    x.release();
    const gone = '"conv1.weight" [2, 3] was released or donated before.\n  help: use the tensor before you give it up, or leave it out of `donate`.\n  code: TENSOR_RELEASED';
    expect(() => x.release()).toThrow(`release: ${gone}`);
    expect(() => x.reshape([6])).toThrow(`reshape: ${gone}`);
    await expect(device.run(double, [x], {})).rejects.toThrow(`double: ${gone}`);
    await expect(device.download(x)).rejects.toThrow(`download: ${gone}`);
    expect(engine.launches).toEqual([]);
  });

  it('stays on its device', async () => {
    const other = openHostDevice();
    const x = await other.upload([1], one, 'x');
    const foreign = '"x" [1] lives on the device "host", not on this "counting".\n  help: download it there and upload it here.\n  code: TENSOR_FOREIGN';
    await expect(device.run(double, [x], {})).rejects.toThrow(`double: ${foreign}`);
    await expect(device.download(x)).rejects.toThrow(`download: ${foreign}`);
    expect(() => device.release(x)).toThrow(`release: ${foreign}`);
    expect(device.owns(x)).toBe(false);
    const host = Tensor.zeros([1]) as unknown as DeviceTensor;
    await expect(device.run(double, [host], {})).rejects.toThrow('double: was given something that is not on a device.\n  help: upload tensors first; of the parameters of a network uploadParameters() does.\n  code: TENSOR_FOREIGN');
    expect(x.released).toBe(false);
  });

  it('moves with a reshape: the old tensor is used up, the memory stays', async () => {
    const x = await device.upload([2, 3], new Float32Array(6), 'x');
    const flat = x.reshape([6]);
    expect([x.released, flat.released, flat.label]).toEqual([true, false, 'x']);
    expect(device.report()).toMatchObject({ tensors: 1, bytes: 24 });
    expect(() => flat.reshape([4])).toThrow('x: [6] cannot be seen as [4], they hold 6 and 4 numbers.\n  code: SHAPE_MISMATCH');
    expect(flat.released).toBe(false);
    flat.release();
    expect(engine.live.size).toBe(0);
  });
});

describe('donate', () => {
  it.each([true, false])('gives the input up, whether the engine takes its memory over (%s) or not', async (reuse) => {
    engine.reuse = reuse;
    const x = await device.upload([1], one, 'x');
    const y = await device.run(double, [x], {}, { donate: [x] });
    expect(engine.launches[0].donated).toEqual([true]);
    expect([x.released, y.released]).toEqual([true, false]);
    expect(engine.live.size).toBe(1);
    expect(device.report()).toMatchObject({ tensors: 1, bytes: 4 });
    y.release();
    expect(engine.live.size).toBe(0);
  });

  it('tells the engine which inputs may be overwritten', async () => {
    const a = await device.upload([1], one, 'a');
    const b = await device.upload([1], one, 'b');
    await device.run(addScaled, [a, b], { factor: 1 }, { donate: [b] });
    expect(engine.launches[0].donated).toEqual([false, true]);
    expect([a.released, b.released]).toEqual([false, true]);
  });

  it('frees an input once that is given twice', async () => {
    const x = await device.upload([1], one, 'x');
    await device.run(addScaled, [x, x], { factor: 1 }, { donate: [x, x] });
    expect(engine.launches[0].donated).toEqual([true, true]);
    expect(engine.live.size).toBe(1);
  });

  it('also counts when the engine fails', async () => {
    engine.failing = true;
    const a = await device.upload([1], one, 'a');
    const b = await device.upload([1], one, 'b');
    await expect(device.run(addScaled, [a, b], { factor: 1 }, { donate: [a] })).rejects.toThrow('the engine failed');
    expect([a.released, b.released]).toEqual([true, false]);
    expect(device.report().tensors).toBe(1);
  });

  it('refuses a tensor that is no input, and gives nothing up', async () => {
    const a = await device.upload([1], one, 'a');
    const b = await device.upload([1], one, 'b');
    await expect(device.run(double, [a], {}, { donate: [a, b] })).rejects.toThrow('double: "b" is donated but is no input of this launch.\n  code: TENSOR_FOREIGN');
    expect([a.released, b.released]).toEqual([false, false]);
    expect(engine.launches).toEqual([]);
  });
});

describe('a launch', () => {
  it('hands the engine scalars in order, and a key in which they do not count', async () => {
    const a = await device.upload([2, 3], new Float32Array(6), 'a');
    const b = await device.upload([2, 3], new Float32Array(6), 'b');
    await device.run(addScaled, [a, b], { factor: 1 });
    await device.run(addScaled, [a, b], { factor: 2 });
    expect(engine.launches.map(({ scalars }) => scalars)).toEqual([[1], [2]]);
    expect(engine.launches.map(({ key }) => key)).toEqual(Array(2).fill('add_scaled#0 2x3 2x3 []'));
  });

  it('has a key of its own for each set of shapes and attributes', async () => {
    const repeat = defKernel<{ readonly times: number }>({ ...double, name: 'repeat' });
    const a = await device.upload([6], new Float32Array(6), 'a');
    const b = await device.upload([2, 3], new Float32Array(6), 'b');
    await device.run(repeat, [a], { times: 1 });
    await device.run(repeat, [a], { times: 2 });
    await device.run(repeat, [b], { times: 1 });
    expect(engine.launches.map(({ key }) => key)).toEqual(['repeat#0 6 [["times",1]]', 'repeat#0 6 [["times",2]]', 'repeat#0 2x3 [["times",1]]']);
  });

  it('has a key of its own for each kernel, also where two have one name', async () => {
    const x = await device.upload([1], one, 'x');
    for (const kernel of [double, defKernel({ ...double }), double]) await device.run(kernel, [x], {});
    const [first, second, third] = engine.launches.map(({ key }) => key);
    expect(second).not.toBe(first);
    expect(third).toBe(first);
  });

  it.each<[string, Partial<KernelDefinition<Record<never, never>>>, string]>([
    ['takes more inputs', { inputs: ['x', 'y'] }, 'bad: takes 2 tensors (x, y), but 1 were given.'],
    ['views too few inputs', { plan: ([x]) => ({ output: x, views: [], grid: [6], constants: {} }) }, 'bad: the plan views 0 inputs, but there are 1.'],
    ['views in four sizes', { plan: ([x]) => ({ output: x, views: [[1, 1, 2, 3]], grid: [6], constants: {} }) }, 'bad: the view [1, 1, 2, 3] of x must have one to three sizes.'],
    ['views more than there is', { plan: ([x]) => ({ output: x, views: [[7]], grid: [6], constants: {} }) }, 'bad: x [2, 3] cannot be viewed as [7].'],
    ['has a grid of four sizes', { plan: ([x]) => ({ output: x, views: [[6]], grid: [1, 1, 2, 3], constants: {} }) }, 'bad: the grid [1, 1, 2, 3] must have one to three sizes.'],
    ['has a grid of no threads', { plan: ([x]) => ({ output: x, views: [[6]], grid: [0], constants: {} }) }, 'bad: grid: every axis must be a whole number of at least 1.'],
    ['has an output of no size', { plan: () => ({ output: [0], views: [[6]], grid: [6], constants: {} }) }, 'bad: output: every axis must be a whole number of at least 1.'],
    [
      'does not fill the output',
      { plan: ([x]) => ({ output: x, views: [[6]], grid: [6], constants: {}, returns: 4 }) },
      'bad: a grid of [6] with 4 results a thread does not fill the output [2, 3].',
    ],
  ])('is refused before the engine sees it when the kernel %s', async (_, change, message) => {
    const bad = defKernel({ ...double, name: 'bad', ...change });
    const x = await device.upload([2, 3], new Float32Array(6), 'x');
    await expect(device.run(bad, [x], {}, { donate: [x] })).rejects.toThrow(message);
    expect(engine.launches).toEqual([]);
    expect(x.released).toBe(false);
  });

  it('is refused, and so is an upload, when numbers do not fill the shape', async () => {
    await expect(device.upload([2], new Float32Array(3), 'x')).rejects.toThrow('x: shape [2] holds 2 numbers, but 3 were given.\n  code: SHAPE_MISMATCH');
    await expect(device.upload([0], new Float32Array(0), 'x')).rejects.toThrow('x: every axis must be a whole number of at least 1.\n  shape [0]\n  code: SHAPE_INVALID');
    expect(engine.live.size).toBe(0);
  });
});
