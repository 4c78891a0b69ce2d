import { buildNetwork, findNetwork, recipeOptimiser, recipeSchedule } from '@convkit/alexnet';
import { Tensor, openHostDevice, recordDevice, sizeOf, type RecordedCall } from '@convkit/tensor';
import { train } from '@convkit/training';
import { describe, expect, it } from 'vitest';
import { openWorkload } from '../../src/bench/workload.js';

const network = findNetwork('alexnet-mini');
const { recipe, defaults } = network;

/** What a device was asked to do, but for the names of uploads. */
function work(calls: readonly RecordedCall[]) {
  return calls.filter(({ verb }) => verb === 'upload' || verb === 'run').map(({ verb, name, inputs, output, donated }) => ({ verb, ...(verb === 'run' ? { name } : {}), inputs, output, donated }));
}

describe('openWorkload', () => {
  it('trains by the very uploads and launches of a real run, and reads nothing back', async () => {
    const device = recordDevice(openHostDevice());
    using workload = await openWorkload(device, network, 2);
    const opened = work(device.calls);
    device.clear();
    const phases: string[] = [];
    await workload.train(device, (phase) => phases.push(phase));
    const step = work(device.calls);
    expect(phases).toEqual(['forward', 'backward', 'update']);
    expect(device.calls.filter(({ verb }) => verb === 'download')).toEqual([]);

    const real = recordDevice(openHostDevice());
    const batch = { x: new Tensor(workload.input, new Float32Array(sizeOf(workload.input))), targets: new Tensor([2, defaults.classes], new Float32Array(2 * defaults.classes)) };
    const run = train({
      device: real,
      network: buildNetwork(network.design, defaults),
      source: { batchesPerEpoch: 1, batch: async () => batch },
      optimiser: recipeOptimiser(recipe),
      schedule: recipeSchedule(recipe),
      steps: 1,
    });
    for await (const event of run) expect(event.type).not.toBe('warning');
    expect([...opened, ...step]).toEqual(work(real.calls));
  });

  it('leaves nothing on the device beside parameters and velocities, and those only as long as it lives', async () => {
    const device = openHostDevice();
    const workload = await openWorkload(device, network, 1);
    const { tensors } = device.report();
    expect(tensors).toBe(2 * workload.network.parameterSpecs(workload.input).length);
    await workload.train();
    await workload.forward();
    await workload.answer();
    expect(device.report().tensors).toBe(tensors);
    workload[Symbol.dispose]();
    expect(device.report().live()).toEqual([]);
  });
});
