import { averaged, clipFactor, clipGradient, clipped, sgd, sumSquares, type Optimiser } from '@convkit/optim';
import { RandomStream, openHostDevice, recordDevice, sizeOf, type Device, type DeviceTensor, type Shape } from '@convkit/tensor';
import { describe, expect, it } from 'vitest';
import { testDevices } from '../../kernels-cpu/test/support/devices.js';

// The largest has 43 rows of 127 sums, of which the last is short.
const shapes: Readonly<Record<string, Shape>> = { 'conv1.weight': [5, 5, 3, 7], 'conv1.bias': [7], 'fc1.weight': [127, 126], 'fc1.bias': [1] };
const names = Object.keys(shapes);

function numbers(name: string, place: number, scale = 1): Float32Array {
  return new RandomStream(5, name).at(place).fillNormal(new Float32Array(sizeOf(shapes[name])), 0, scale);
}

async function upload(device: Device, place: number, scale = 1): Promise<Map<string, DeviceTensor>> {
  const map = new Map<string, DeviceTensor>();
  for (const name of names) map.set(name, await device.upload(shapes[name], numbers(name, place, scale), name));
  return map;
}

/** As torch.nn.utils.clip_grad_norm_ has it, in double precision. */
function factorFor(norm: number, scale: number): number {
  const squares = names.flatMap((name) => Array.from(numbers(name, 1, scale), (value) => value * value));
  return Math.min(1, norm / (Math.sqrt(squares.reduce((sum, square) => sum + square, 0)) + 1e-6));
}

/** Hands the gradients that reach it on to the test, and does nothing. */
function spy(seen: Map<string, Float32Array>): Optimiser {
  return {
    initialState: () => Promise.resolve(new Map()),
    async step(device, _, gradients) {
      for (const [name, gradient] of gradients) {
        seen.set(name, (await device.download(gradient)).data);
        gradient.release();
      }
      gradients.clear();
    },
  };
}

describe.each(testDevices)('clipped on $name', ({ open, mode }) => {
  it.each([
    { title: 'long gradients become as long as the norm', norm: 2.5, scale: 1 },
    { title: 'very long ones too', norm: 0.01, scale: 1000 },
    { title: 'short ones stay as they are', norm: 200, scale: 1 },
  ])('$title, by the formula in double precision', async ({ norm, scale }) => {
    const device = await open();
    const seen = new Map<string, Float32Array>();
    await clipped(spy(seen), { norm }).step(device, new Map(), await upload(device, 1, scale), new Map(), 1);
    const factor = factorFor(norm, scale);
    expect([...seen.keys()]).toEqual(names);
    for (const name of names) {
      const wanted = Array.from(numbers(name, 1, scale), (value) => value * factor);
      if (factor === 1) expect(Array.from(seen.get(name) ?? [])).toEqual(wanted);
      else seen.get(name)?.forEach((value, i) => expect(Math.abs(value - wanted[i])).toBeLessThan(2e-5 * Math.abs(wanted[i])));
    }
    expect(device.report()).toMatchObject({ mode, tensors: 0 });
    await device.destroy();
  });

  it('reads nothing back, and leaves nothing behind but parameters and state', async () => {
    const device = recordDevice(await open());
    const optimiser = clipped(sgd({ momentum: 0.9, decay: 0 }), { norm: 1 });
    const parameters = await upload(device, 0);
    const state = await optimiser.initialState(device, parameters);
    device.clear();
    for (let step = 1; step <= 3; step++) await optimiser.step(device, parameters, await upload(device, step), state, 0.1);
    expect(device.calls.filter(({ verb }) => verb === 'download')).toEqual([]);
    expect(device.report().live().map(({ label }) => label).sort()).toEqual([...names, ...names.map((name) => `${name}.velocity`)].sort());
    await device.destroy();
  });
});

it('is the optimiser inside in all else', async () => {
  const device = openHostDevice();
  const parameters = await upload(device, 0);
  const plain = clipped(sgd({ momentum: 0.9, decay: 0 }), { norm: 1 });
  const state = await plain.initialState(device, parameters);
  expect([...state.keys()]).toEqual(names);
  expect(plain.judged?.(parameters, state)).toBe(parameters);
  await plain.step(device, parameters, new Map(), state, 0);
  const average = averaged(sgd({ momentum: 0.9, decay: 0 }), { decay: 0.9 });
  const averages = await average.initialState(device, parameters);
  expect(clipped(average, { norm: 1 }).judged?.(parameters, averages)).toEqual(average.judged?.(parameters, averages));
  const all = [...parameters.values(), ...state.values(), ...averages.values()];
  expect(device.report().tensors).toBe(all.length);
});

it('lets gradients that are no numbers through as such', async () => {
  const device = openHostDevice();
  const seen = new Map<string, Float32Array>();
  const optimiser = clipped(spy(seen), { norm: 1 });
  await optimiser.step(device, new Map(), new Map([['a', await device.upload([2], Float32Array.of(NaN, 1), 'a')]]), new Map(), 1);
  expect(seen.get('a')?.every(Number.isNaN)).toBe(true);
});

it('leaves nothing but what the maps hold when a launch fails', async () => {
  const device = recordDevice(openHostDevice());
  const run: Device['run'] = device.run.bind(device);
  device.run = (kernel, ...rest) => (kernel.name === 'clip_factor' ? Promise.reject(new Error('lost')) : run(kernel, ...rest));
  const gradients = await upload(device, 1);
  await expect(clipped(sgd({ momentum: 0, decay: 0 }), { norm: 1 }).step(device, new Map(), gradients, new Map(), 1)).rejects.toThrow('lost');
  expect(device.report().tensors).toBe(gradients.size);
});

it('refuses what is no norm, and shapes that do not fit', () => {
  for (const norm of [0, -1, NaN, Infinity]) {
    expect(() => clipped(sgd({ momentum: 0, decay: 0 }), { norm })).toThrow(`clipped: norm is ${norm}, but must be a number above 0.\n  code: OPTION_INVALID`);
  }
  expect(() => sumSquares.plan([[2, 2], [3]], {})).toThrow('sum_squares: sums is [2, 2], but must have one axis.\n  code: SHAPE_MISMATCH');
  expect(() => clipFactor.plan([[2, 2]], { most: 1 })).toThrow('clip_factor: sums is [2, 2], but must have one axis.\n  code: SHAPE_MISMATCH');
  expect(() => clipGradient.plan([[2], [2]], {})).toThrow('clip_gradient: factor is [2], but must be [1].\n  code: SHAPE_MISMATCH');
});
