import type { Attributes, Device, KernelSpec, Tensor } from '@convkit/tensor';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDevices, type TestDevice } from './devices.js';

/** Shading languages promise nothing about NaN and infinity; all other devices keep to IEEE 754. */
export const ieeeDevices: readonly TestDevice[] = testDevices.filter(({ name }) => !['webgpu', 'webgl2'].includes(name));

/** Declares a suite once for every test device, and asserts that it ran in the mode it should and left no tensor behind. */
export function onEachDevice(suite: (device: () => Device) => void, devices: readonly TestDevice[] = testDevices): void {
  describe.each(devices)('on $name', (candidate) => {
    let device: Device | undefined;
    const opened = () => {
      if (device === undefined) throw new Error(`${candidate.name} is not open`);
      return device;
    };
    beforeAll(async () => {
      device = await candidate.open();
    });
    afterAll(async () => {
      await device?.destroy();
    });
    suite(opened);
    it(`ran in mode ${candidate.mode} and left nothing behind`, () => {
      const report = opened().report();
      expect(report.mode).toBe(candidate.mode);
      expect(report.launches).toBeGreaterThan(0);
      expect(report.live()).toEqual([]);
    });
  });
}

/** Runs one kernel on host data: upload, launch, download, release. */
export async function compute<A extends Attributes>(device: Device, kernel: KernelSpec<A>, inputs: readonly Tensor[], attributes: A): Promise<Tensor> {
  const uploaded = await Promise.all(inputs.map((input, i) => device.upload(input.shape, input.data, kernel.inputs[i])));
  try {
    using result = await device.run(kernel, uploaded, attributes);
    return await device.download(result);
  } finally {
    for (const tensor of uploaded) tensor.release();
  }
}
