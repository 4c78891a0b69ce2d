import { RandomStream, openHostDevice, recordDevice, sizeOf, type Device, type DeviceTensor, type Shape } from '@convkit/tensor';
import { describe, expect, it } from 'vitest';
import { testDevices } from '../../kernels-cpu/test/support/devices.js';
import { sgd, sgdApply, sgdVelocity, type Optimiser } from '@convkit/optim';
import golden from './golden/optim.json' with { type: 'json' };

const shapes: Readonly<Record<string, Shape>> = { 'conv1.weight': [3, 3, 2, 4], 'conv1.bias': [4], 'fc1.weight': [7, 5], 'fc1.bias': [5] };
const names = Object.keys(shapes);

function numbers(name: string, step: number): Float32Array {
  return new RandomStream(3, name).at(step).fillNormal(new Float32Array(sizeOf(shapes[name])));
}

async function upload(device: Device, step: number): Promise<Map<string, DeviceTensor>> {
  const map = new Map<string, DeviceTensor>();
  for (const name of names) map.set(name, await device.upload(shapes[name], numbers(name, step), name));
  return map;
}

async function dataOf(device: Device, map: ReadonlyMap<string, DeviceTensor>, name: string): Promise<Float32Array> {
  return (await device.download(map.get(name) as DeviceTensor)).data;
}

/** Momentum, decay and rates of the comparisons of forms: the rate changes twice. */
const momentum = 0.9;
const decay = 0.05;
const rates = [0.1, 0.1, 0.1, 0.1, 0.01, 0.01, 0.01, 0.2, 0.2];

/** Parameters after each step. */
async function pathOf(device: Device, optimiser: Optimiser, rateAt: readonly number[]): Promise<Record<string, Float32Array[]>> {
  const parameters = await upload(device, 0);
  const state = await optimiser.initialState(device, parameters);
  const path: Record<string, Float32Array[]> = Object.fromEntries(names.map((name) => [name, []]));
  for (const [i, rate] of rateAt.entries()) {
    await optimiser.step(device, parameters, await upload(device, i + 1), state, rate);
    for (const name of names) path[name].push(await dataOf(device, parameters, name));
  }
  return path;
}

describe.each(testDevices)('sgd on $name', ({ open, mode }) => {
  it('follows the 2012 formula, worked out in double precision, over 200 steps with a falling rate', async () => {
    const device = await open();
    const optimiser = sgd({ momentum: 0.9, decay: 0.0005, factors: [{ match: /\.bias$/, rateFactor: 2, decayFactor: 0 }] });
    const parameters = await upload(device, 0);
    const state = await optimiser.initialState(device, parameters);
    const w = Object.fromEntries(names.map((name) => [name, Float64Array.from(numbers(name, 0))]));
    const v = Object.fromEntries(names.map((name) => [name, new Float64Array(sizeOf(shapes[name]))]));
    const steps = 200;
    for (let step = 1; step <= steps; step++) {
      const rate = step <= 100 ? 0.01 : 0.001;
      await optimiser.step(device, parameters, await upload(device, step), state, rate);
      for (const name of names) {
        const bias = name.endsWith('.bias');
        const g = numbers(name, step);
        for (let i = 0; i < g.length; i++) {
          const ownRate = bias ? 2 * rate : rate;
          v[name][i] = 0.9 * v[name][i] - (bias ? 0 : 0.0005) * ownRate * w[name][i] - ownRate * g[i];
          w[name][i] += v[name][i];
        }
      }
    }
    expect(device.report().mode).toBe(mode);
    for (const name of names) {
      // 200 roundings to f32 of values about 1 in size: 200 * 2^-24 is about 1.2e-5, and they partly cancel.
      expect(largestDifference(await dataOf(device, parameters, name), w[name])).toBeLessThan(4e-6);
      expect(largestDifference(await dataOf(device, state, name), v[name])).toBeLessThan(1e-6);
    }
    await device.destroy();
  });

  it('uses up gradients, old parameters and old velocities, and holds as many tensors after a hundred steps as after one', async () => {
    const device = await open();
    const optimiser = sgd({ momentum: 0.9, decay: 0.0005 });
    const parameters = await upload(device, 0);
    const state = await optimiser.initialState(device, parameters);
    const before = [...parameters.values(), ...state.values()];
    const gradients = await upload(device, 1);
    const given = [...gradients.values()];
    await optimiser.step(device, parameters, gradients, state, 0.01);
    expect(gradients.size).toBe(0);
    expect([...before, ...given].map(({ released }) => released)).toEqual(Array(12).fill(true));
    const { tensors, bytes } = device.report();
    expect(tensors).toBe(2 * names.length);
    for (let step = 2; step <= 100; step++) await optimiser.step(device, parameters, await upload(device, step), state, 0.01);
    expect(device.report()).toMatchObject({ tensors, bytes });
    expect(device.report().live().map(({ label }) => label).sort()).toEqual([...names, ...names.map((name) => `${name}.velocity`)].sort());
    await device.destroy();
  });

  it('skips a frozen parameter altogether, decay and velocity included, and needs no gradient for it', async () => {
    const device = recordDevice(await open());
    const optimiser = sgd({ momentum: 0.9, decay: 0.5, factors: [{ match: /^conv1\./, rateFactor: 0 }] });
    const parameters = await upload(device, 0);
    const state = await optimiser.initialState(device, parameters);
    const frozen = [parameters.get('conv1.weight'), state.get('conv1.weight')];
    const gradients = await upload(device, 1);
    (gradients.get('conv1.bias') as DeviceTensor).release();
    gradients.delete('conv1.bias');
    const unused = gradients.get('conv1.weight') as DeviceTensor;
    device.clear();
    await optimiser.step(device, parameters, gradients, state, 0.1);
    expect([parameters.get('conv1.weight'), state.get('conv1.weight')]).toEqual(frozen);
    expect(await dataOf(device, parameters, 'conv1.weight')).toEqual(numbers('conv1.weight', 0));
    expect(await dataOf(device, parameters, 'fc1.weight')).not.toEqual(numbers('fc1.weight', 0));
    expect(unused.released).toBe(true);
    expect(device.calls.filter(({ verb }) => verb === 'run').map(({ name }) => name)).toEqual(['sgd_velocity', 'sgd_apply', 'sgd_velocity', 'sgd_apply']);
    await device.destroy();
  });

  it('is torch.optim.SGD in its form, parameter by parameter and step by step, while the rate changes', async () => {
    const device = await open();
    const { initial, gradients, parameters: expected, velocities } = golden.sgd;
    const own = ['fc.weight', 'fc.bias'] as const;
    const put = (name: string, values: number[]) => device.upload([values.length], Float32Array.from(values), name);
    const factors = [{ match: /\.bias$/, rateFactor: 2, decayFactor: 0 }];
    const optimiser = sgd({ form: 'pytorch', momentum: golden.sgd.momentum, decay: golden.sgd.decay, factors });
    const parameters = new Map<string, DeviceTensor>();
    for (const name of own) parameters.set(name, await put(name, initial[name]));
    const state = await optimiser.initialState(device, parameters);
    for (const [step, rate] of golden.sgd.rates.entries()) {
      const given = new Map<string, DeviceTensor>();
      for (const name of own) given.set(name, await put(name, gradients[name][step]));
      await optimiser.step(device, parameters, given, state, rate);
      for (const name of own) expect(largestDifference(await dataOf(device, parameters, name), expected[name][step])).toBeLessThan(1e-6);
    }
    for (const name of own) expect(largestDifference(await dataOf(device, state, name), velocities[name])).toBeLessThan(2e-6);
    expect(device.report().mode).toBe(mode);
    await device.destroy();
  });
});

describe('the forms', () => {
  it("2012 is Caffe's, whose history has the other sign, for a changing rate", async () => {
    const path = await pathOf(openHostDevice(), sgd({ momentum, decay }), rates);
    for (const name of names) {
      const w = Float64Array.from(numbers(name, 0));
      const history = new Float64Array(w.length);
      for (const [step, rate] of rates.entries()) {
        const diff = numbers(name, step + 1);
        for (let i = 0; i < w.length; i++) {
          // BVLC Caffe, sgd_solver.cpp: Regularize, ComputeUpdateValue, then Blob::Update.
          history[i] = rate * (diff[i] + decay * w[i]) + momentum * history[i];
          w[i] -= history[i];
        }
        expect(largestDifference(path[name][step], w)).toBeLessThan(2e-6);
      }
    }
  });

  it('are equal as long as the rate is', async () => {
    const steady = rates.map(() => 0.1);
    const old = await pathOf(openHostDevice(), sgd({ momentum, decay }), steady);
    const pytorch = await pathOf(openHostDevice(), sgd({ form: 'pytorch', momentum, decay }), steady);
    for (const name of names) for (const step of steady.keys()) expect(largestDifference(old[name][step], pytorch[name][step])).toBeLessThan(2e-6);
  });

  it('differ at a change from rate a to rate b by momentum (b - a) v, where v is the velocity of PyTorch before it', async () => {
    const change = rates.indexOf(0.01);
    const old = await pathOf(openHostDevice(), sgd({ momentum, decay }), rates.slice(0, change + 1));
    const pytorch = await pathOf(openHostDevice(), sgd({ form: 'pytorch', momentum, decay }), rates.slice(0, change + 1));
    for (const name of names) {
      expect(largestDifference(old[name][change - 1], pytorch[name][change - 1])).toBeLessThan(2e-6);
      // Before the change the two are one path, of which the last move was -a v.
      const [before, last] = [change - 2, change - 1].map((step) => old[name][step]);
      const v = Array.from(last, (value, i) => (before[i] - value) / 0.1);
      const expected = v.map((value) => momentum * (0.01 - 0.1) * value);
      const difference = Array.from(old[name][change], (value, i) => value - pytorch[name][change][i]);
      expect(largestDifference(difference, expected)).toBeLessThan(4e-6);
      expect(largestDifference(difference, expected.map(() => 0))).toBeGreaterThan(0.1);
    }
  });
});

describe('rates by name', () => {
  it('move each parameter as a run at that rate would', async () => {
    const device = openHostDevice();
    const optimiser = sgd({ momentum, decay });
    const parameters = await upload(device, 0);
    const state = await optimiser.initialState(device, parameters);
    for (const step of [1, 2]) await optimiser.step(device, parameters, await upload(device, step), state, (name) => (name.endsWith('.bias') ? 0.2 : 0.1));
    const slow = await pathOf(device, optimiser, [0.1, 0.1]);
    const fast = await pathOf(device, optimiser, [0.2, 0.2]);
    for (const name of names) expect(await dataOf(device, parameters, name)).toEqual((name.endsWith('.bias') ? fast : slow)[name][1]);
  });

  it.each(['2012', 'pytorch'] as const)('freeze at 0 in mid-run, velocity included, in the form %s', async (form) => {
    const device = recordDevice(openHostDevice());
    const optimiser = sgd({ form, momentum, decay });
    const parameters = await upload(device, 0);
    const state = await optimiser.initialState(device, parameters);
    await optimiser.step(device, parameters, await upload(device, 1), state, 0.1);
    const held = [...parameters.values(), ...state.values()];
    const gradients = await upload(device, 2);
    const conv1 = gradients.get('conv1.weight') as DeviceTensor;
    device.clear();
    await optimiser.step(device, parameters, gradients, state, (name) => (name.startsWith('conv1.') ? 0 : 0.1));
    expect(conv1.released).toBe(true);
    expect(held.map(({ released }) => released)).toEqual([false, false, true, true, false, false, true, true]);
    expect(device.calls.filter(({ verb }) => verb === 'run')).toHaveLength(4);
    device.clear();
    await optimiser.step(device, parameters, new Map(), state, 0);
    expect(device.calls).toEqual([]);
  });
});

describe('sgd', () => {
  it('reads nothing back in a step', async () => {
    const device = recordDevice(openHostDevice());
    const optimiser = sgd({ momentum: 0.9, decay: 0.0005 });
    const parameters = await upload(device, 0);
    const state = await optimiser.initialState(device, parameters);
    const gradients = await upload(device, 1);
    device.clear();
    await optimiser.step(device, parameters, gradients, state, 0.01);
    expect(device.calls.map(({ verb }) => verb)).toEqual(Array(2 * names.length).fill('run'));
    expect(device.calls[0]).toMatchObject({ name: 'sgd_velocity', donated: ['conv1.weight.velocity', 'conv1.weight'] });
    expect(device.calls[1]).toMatchObject({ name: 'sgd_apply', donated: ['conv1.weight'] });
  });

  it('touches nothing when names do not belong together', async () => {
    const device = openHostDevice();
    const optimiser = sgd({ momentum: 0.9, decay: 0.0005 });
    const parameters = await upload(device, 0);
    const state = await optimiser.initialState(device, parameters);
    const gradients = await upload(device, 1);
    const live = device.report().tensors;
    const gradient = gradients.get('fc1.bias') as DeviceTensor;

    gradients.delete('fc1.bias');
    await expect(optimiser.step(device, parameters, gradients, state, 0.01)).rejects.toThrow(
      'sgd: there is a parameter "fc1.bias", but no gradient of that name.\n  code: NAME_UNKNOWN',
    );
    gradients.set('fc2.bias', gradient);
    await expect(optimiser.step(device, parameters, gradients, state, 0.01)).rejects.toThrow(
      'sgd: there is a gradient "fc2.bias", but no parameter of that name.\n  code: NAME_UNKNOWN',
    );
    gradients.delete('fc2.bias');
    gradients.set('fc1.bias', gradient);
    await expect(optimiser.step(device, parameters, gradients, new Map(), 0.01)).rejects.toThrow(
      'sgd: there is a parameter "conv1.weight", but no velocity of that name.\n  help: initialState() makes one for every parameter.\n  code: NAME_UNKNOWN',
    );
    await expect(optimiser.step(device, parameters, gradients, state, NaN)).rejects.toThrow('sgd: the rate is NaN, but must be a number of at least 0.\n  code: OPTION_INVALID');
    const broken = optimiser.step(device, parameters, gradients, state, (name) => (name === 'fc1.weight' ? -1 : 0.1));
    await expect(broken).rejects.toThrow('sgd: the rate of "fc1.weight" is -1, but must be a number of at least 0.\n  code: OPTION_INVALID');
    expect(device.report()).toMatchObject({ tensors: live, launches: 0 });
  });

  it('refuses impossible numbers', () => {
    expect(() => sgd({ momentum: 1, decay: 0 })).toThrow('sgd: momentum is 1, but must be from 0 up to but not including 1.\n  code: OPTION_INVALID');
    expect(() => sgd({ momentum: 0.9, decay: -1 })).toThrow('sgd: decay is -1, but must be at least 0.\n  code: OPTION_INVALID');
    expect(() => sgd({ momentum: 0, decay: 0, form: 'caffe' as '2012' })).toThrow('sgd: form is "caffe", but must be "2012" or "pytorch".\n  code: OPTION_INVALID');
  });

  it('leaves nothing behind when the first state cannot be made', async () => {
    const device = openHostDevice();
    const parameters = await upload(device, 0);
    const full: Device = Object.assign(recordDevice(device), {
      upload: async (shape: Shape, data: Float32Array, label?: string) => {
        if (label === 'fc1.weight.velocity') throw new Error('full');
        return device.upload(shape, data, label);
      },
    });
    await expect(sgd({ momentum: 0.9, decay: 0 }).initialState(full, parameters)).rejects.toThrow('full');
    expect(device.report().tensors).toBe(parameters.size);
  });
});

describe('the kernels', () => {
  it('name the shapes that do not fit', async () => {
    const device = openHostDevice();
    const a = await device.upload([2], new Float32Array(2), 'a');
    const b = await device.upload([3], new Float32Array(3), 'b');
    await expect(device.run(sgdVelocity, [a, a, b], { momentum: 0, rate: 0, decay: 0 })).rejects.toThrow(
      'sgd_velocity: all tensors must have one shape.\n  velocity [2]\n  gradient [2]\n  weight   [3]\n  code: SHAPE_MISMATCH',
    );
    await expect(device.run(sgdApply, [a, b], { factor: 1 })).rejects.toThrow('sgd_apply: all tensors must have one shape.\n  weight   [2]\n  velocity [3]\n  code: SHAPE_MISMATCH');
  });
});

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);
}
