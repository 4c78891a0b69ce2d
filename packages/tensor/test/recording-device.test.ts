import { expect, it } from 'vitest';
import { openHostDevice, recordDevice } from '@convkit/tensor';
import { addScaled } from './support/kernels.js';

it('writes down every verb that moves data, in order, and forgets when asked to', async () => {
  const device = recordDevice(openHostDevice());
  const a = await device.upload([2], new Float32Array([1, 2]), 'a');
  const b = await device.upload([2], new Float32Array([3, 4]), 'b');
  const c = await device.run(addScaled, [a, b], { factor: 10 }, { donate: [b] });
  expect([...(await device.download(c)).data]).toEqual([31, 42]);
  device.release(a);
  expect(device.calls).toEqual([
    { verb: 'upload', name: 'a', inputs: [], output: [2] },
    { verb: 'upload', name: 'b', inputs: [], output: [2] },
    { verb: 'run', name: 'add_scaled', inputs: [[2], [2]], output: [2], donated: ['b'] },
    { verb: 'download', name: 'add_scaled', inputs: [[2]] },
    { verb: 'release', name: 'a', inputs: [[2]] },
  ]);
  device.clear();
  expect(device.calls).toEqual([]);
});

it('cannot be gone past through a tensor', async () => {
  const device = recordDevice(openHostDevice());
  const x = await device.upload([2, 1], new Float32Array(2), 'x');
  expect(x.device).toBe(device);
  const flat = x.reshape([2]);
  await flat.device.download(flat);
  flat.release();
  expect(device.calls.map(({ verb, name }) => `${verb} ${name}`)).toEqual(['upload x', 'download x', 'release x']);
  expect([x.released, flat.released]).toEqual([true, true]);
});

it('leaves the work and the rules to the wrapped device', async () => {
  const host = openHostDevice();
  const device = recordDevice(host);
  const x = await device.upload([1], new Float32Array(1), 'x');
  expect(device.report()).toMatchObject({ name: 'host', mode: 'host', tensors: 1 });
  expect(device.limits).toBe(host.limits);
  x.release();
  expect(() => x.release()).toThrow('release: "x" [1] was released or donated before.');
  const foreign = await openHostDevice().upload([1], new Float32Array(1), 'foreign');
  await expect(device.download(foreign)).rejects.toThrow('"foreign" [1] lives on the device "host"');
  expect(device.owns(foreign)).toBe(false);
  await device.destroy();
  await expect(host.upload([1], new Float32Array(1))).rejects.toThrow('was destroyed');
});
