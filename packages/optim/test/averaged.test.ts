import { averageWeights, averaged, sgd } from '@convkit/optim';
import { RandomStream, openHostDevice, recordDevice, sizeOf, type Device, type DeviceTensor, type Shape } from '@convkit/tensor';
import { describe, expect, it } from 'vitest';
import { testDevices } from '../../kernels-cpu/test/support/devices.js';

const shapes: Readonly<Record<string, Shape>> = { 'conv1.weight': [3, 3, 2, 5], 'conv1.bias': [5] };
const names = Object.keys(shapes);
const inner = sgd({ momentum: 0.9, decay: 0.01 });

async function upload(device: Device, place: number): Promise<Map<string, DeviceTensor>> {
  const map = new Map<string, DeviceTensor>();
  for (const name of names) map.set(name, await device.upload(shapes[name], new RandomStream(9, name).at(place).fillNormal(new Float32Array(sizeOf(shapes[name]))), name));
  return map;
}

async function read(device: Device, map: ReadonlyMap<string, DeviceTensor> | undefined, name: string): Promise<Float32Array> {
  return (await device.download(map?.get(name) as DeviceTensor)).data;
}

describe.each(testDevices)('averaged on $name', ({ open, mode }) => {
  it('begins with the weights and follows its formula in double precision, while training goes on as without it', async () => {
    const device = recordDevice(await open());
    const optimiser = averaged(inner, { decay: 0.8 });
    const parameters = await upload(device, 0);
    const alone = await upload(device, 0);
    const state = await optimiser.initialState(device, parameters);
    const velocities = await inner.initialState(device, alone);
    expect([...state.keys()]).toEqual([...names, ...names.map((name) => `average/${name}`)]);
    const expected = new Map<string, Float64Array>();
    for (const name of names) {
      const first = await read(device, parameters, name);
      expect(await read(device, optimiser.judged?.(parameters, state), name)).toEqual(first);
      expected.set(name, Float64Array.from(first));
    }
    for (let step = 1; step <= 30; step++) {
      device.clear();
      await optimiser.step(device, parameters, await upload(device, step), state, 0.1);
      expect(device.calls.some(({ verb }) => verb === 'download')).toBe(false);
      await inner.step(device, alone, await upload(device, step), velocities, 0.1);
      for (const name of names) {
        const w = await read(device, parameters, name);
        expect(w).toEqual(await read(device, alone, name));
        expected.get(name)?.forEach((e, i, all) => (all[i] = 0.8 * e + 0.2 * w[i]));
      }
    }
    for (const name of names) {
      const got = await read(device, optimiser.judged?.(parameters, state), name);
      // Each of the steps rounds a number of about 1 by 2^-24, and forgets a fifth of what was.
      expected.get(name)?.forEach((e, i) => expect(Math.abs(got[i] - e)).toBeLessThan(2e-6));
    }
    expect(device.report()).toMatchObject({ mode, tensors: 5 * names.length });
    await device.destroy();
  });
});

it('goes on to the weights of a parameter that is frozen', async () => {
  const device = openHostDevice();
  const optimiser = averaged(sgd({ momentum: 0, decay: 0 }), { decay: 0.5 });
  const parameters = new Map([['w', await device.upload([1], Float32Array.of(1), 'w')]]);
  const state = await optimiser.initialState(device, parameters);
  const step = async (rate: number) => optimiser.step(device, parameters, new Map([['w', await device.upload([1], Float32Array.of(1), 'dw')]]), state, rate);
  await step(8);
  await step(0);
  await step(0);
  expect([...(await read(device, parameters, 'w')), ...(await read(device, optimiser.judged?.(parameters, state), 'w'))]).toEqual([-7, -6]);
});

it('touches nothing when a parameter has no average', async () => {
  const device = openHostDevice();
  const optimiser = averaged(inner, { decay: 0.9 });
  const parameters = await upload(device, 0);
  const state = await inner.initialState(device, parameters);
  const gradients = await upload(device, 1);
  await expect(optimiser.step(device, parameters, gradients, state, 0.1)).rejects.toThrow(
    'averaged: there is a parameter "conv1.weight", but no average of that name.\n  help: initialState() makes one for every parameter.\n  code: NAME_UNKNOWN',
  );
  expect(() => optimiser.judged?.(parameters, state)).toThrow('no average of that name');
  expect(device.report()).toMatchObject({ launches: 0, tensors: 3 * names.length });
});

it('refuses a second average, impossible numbers and shapes that differ, and leaves nothing behind', async () => {
  const device = openHostDevice();
  const parameters = await upload(device, 0);
  await expect(averaged(averaged(inner, { decay: 0.9 }), { decay: 0.5 }).initialState(device, parameters)).rejects.toThrow(
    'averaged: the optimiser inside has a state "average/conv1.weight" already.\n  code: OPTION_INVALID',
  );
  expect(device.report().tensors).toBe(names.length);
  for (const decay of [-0.1, 1, NaN]) expect(() => averaged(inner, { decay })).toThrow(`averaged: decay is ${decay}, but must be from 0 up to but not including 1.\n  code: OPTION_INVALID`);
  expect(() => averageWeights.plan([[2], [3]], { share: 1 })).toThrow('average_weights: all tensors must have one shape.\n  average [2]\n  weight  [3]\n  code: SHAPE_MISMATCH');
});
