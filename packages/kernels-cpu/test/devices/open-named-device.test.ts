import { chooseDevice, deviceNames, openNamedDevice, type DeviceRequest } from '@convkit/kernels-cpu';
import { DeviceError, OptionError } from '@convkit/tensor';
import { expect, it } from 'vitest';

const opened = async (...args: Parameters<typeof openNamedDevice>) => {
  const device = await openNamedDevice(...args);
  const { name, details } = device.report();
  await device.destroy();
  return { name, threads: details.threads };
};

it('knows every device, and auto', async () => {
  const { probes } = await chooseDevice();
  expect(deviceNames).toEqual(['auto', ...probes.map(({ name }) => name), 'host']);
  for (const { name, available } of probes) {
    if (available) expect(await opened(name)).toMatchObject({ name });
    else await expect(openNamedDevice(name)).rejects.toThrow(DeviceError);
  }
  expect(await opened('host')).toMatchObject({ name: 'host' });
});

it('opens what auto means', async () => {
  expect((await opened('auto')).name).toBe((await chooseDevice()).name);
});

it('hands threads to the devices that have them, and to no others', async () => {
  for (const name of ['cpu', 'gpujs-webasm', 'auto'] as const) expect((await opened(name, { threads: 3 })).threads).toBe(3);
  for (const name of ['host', 'gpujs-cpu', 'webgpu', 'webgl2'] as const) {
    await expect(openNamedDevice(name, { threads: 2 })).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      summary: `threads cannot be given for ${name}: it has none to choose.`,
      help: 'leave threads out, or take the device cpu.',
    });
  }
  for (const threads of [0, 1.5, NaN]) await expect(openNamedDevice('cpu', { threads })).rejects.toMatchObject({ code: 'OPTION_INVALID' });
});

it('refuses a name that is none', async () => {
  await expect(openNamedDevice('cuda' as DeviceRequest)).rejects.toThrow(OptionError);
  await expect(openNamedDevice('cuda' as DeviceRequest)).rejects.toMatchObject({
    code: 'NAME_UNKNOWN',
    summary: 'There is no device "cuda".',
    help: 'the names are auto, webgpu, webgl2, cpu, gpujs-webasm, gpujs-cpu, host.',
  });
});
