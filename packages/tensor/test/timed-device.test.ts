import { defKernel, openHostDevice, TimedDevice, type KernelThread, type View1 } from '@convkit/tensor';
import { describe, expect, it } from 'vitest';

/** A host device on a clock that goes on by 1 with every launch, by 10 while it is waited for, and as the test says. */
function open() {
  const clock = { now: 0 };
  const double = defKernel({
    name: 'double',
    inputs: ['x'],
    body: function (this: KernelThread, x: View1) {
      return 2 * x[this.thread.x];
    },
    plan([shape]) {
      clock.now += 1;
      return { output: shape, views: [shape], grid: shape, constants: {} };
    },
  });
  const host = openHostDevice();
  const device = new TimedDevice(host, async () => void (clock.now += 10), () => clock.now);
  return { clock, double, host, device };
}

describe('TimedDevice', () => {
  it('adds launch, wait and what the host did before to the owner in the label', async () => {
    const { clock, double, device } = open();
    using x = await device.upload([2], Float32Array.of(1, 2), 'input.x');
    using a = await device.run(double, [x], {}, { label: 'conv1.double' });
    clock.now += 100;
    using _mask = await device.upload([2], Float32Array.of(1, 0), 'drop1.mask');
    using _b = await device.run(double, [a], {}, { label: 'conv1.again.double' });
    using _c = await device.run(double, [a], {});
    expect([...device.lap()]).toEqual([['input', 10], ['conv1', 11 + 11], ['drop1', 110], ['double', 11]]);
  });

  it('counts anew after a lap, without what passed before it', async () => {
    const { clock, double, device } = open();
    using x = await device.upload([1], Float32Array.of(1), 'input.x');
    clock.now += 500;
    expect([...device.lap()]).toEqual([['input', 10]]);
    using _y = await device.run(double, [x], {}, { label: 'relu1.double' });
    expect([...device.lap()]).toEqual([['relu1', 11]]);
    expect([...device.lap()]).toEqual([]);
  });

  it('passes everything through: its tensors are those of the wrapped device', async () => {
    const { double, host, device } = open();
    expect([device.name, device.limits]).toEqual([host.name, host.limits]);
    const x = await device.upload([2, 1], Float32Array.of(3, 4), 'x');
    expect(x.device).toBe(host);
    const flat = device.reshape(x, [2]);
    const y = await device.run(double, [flat], {}, { donate: [flat], label: 'y' });
    expect([device.owns(flat), device.owns(y), host.owns(y)]).toEqual([false, true, true]);
    expect([...(await device.download(y)).data]).toEqual([6, 8]);
    expect(device.report()).toMatchObject({ name: 'host', tensors: 1, launches: 1 });
    device.release(y);
    expect(host.report().tensors).toBe(0);
    await expect(device.run(double, [y], {})).rejects.toMatchObject({ code: 'TENSOR_RELEASED' });
    await device.destroy();
    await expect(host.upload([1], Float32Array.of(1))).rejects.toMatchObject({ code: 'DEVICE_DESTROYED' });
  });
});
