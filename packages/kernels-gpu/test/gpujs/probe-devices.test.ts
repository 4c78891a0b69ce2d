import { gpuDeviceNames, openGpuDevice, probeDevices } from '@convkit/kernels-gpu';
import { expect, it } from 'vitest';
import { inBrowser } from '../support/devices.js';

it('finds what there is, in order, and says what each is made of', async () => {
  const probes = await probeDevices();
  expect(probes.map(({ name }) => name)).toEqual(gpuDeviceNames);
  // The tests bring their own GPU, which is SwiftShader.
  expect(probes).toMatchObject([
    { available: true, software: true, details: { adapter: expect.stringMatching(/swiftshader/i) as string, maxBufferBytes: expect.any(Number) as number } },
    inBrowser
      ? { available: true, software: true, details: { adapter: expect.stringMatching(/swiftshader/i) as string, maxTextureSide: expect.any(Number) as number } }
      : { available: false, software: false, reason: 'webgl2: this runtime has no WebGL2.' },
    { available: true, software: false, details: { threads: true } },
    { available: true, software: false, details: {} },
  ]);
});

it('opens every device that it calls available', async () => {
  for (const { name } of (await probeDevices()).filter(({ available }) => available)) {
    const device = await openGpuDevice(name);
    expect(device.name).toBe(name);
    await device.destroy();
  }
});
