import { dense, dropout, relu, Sequential } from '@convkit/layers';
import { RandomStream, type Device } from '@convkit/tensor';
import { latestCheckpoint, memoryCheckpointStore, train, type Checkpoint, type CheckpointStore, type TrainingEvent } from '@convkit/training';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { testDevices } from '../../kernels-gpu/test/support/devices.js';
import { about, evaluation, options, traceOf } from './support/tiny.js';

const steps = 8;
const moments = 20;
const small = new Sequential([dense('fc1', { outputs: 8 }), relu('relu1'), dropout('drop1', { keep: 0.5, scaling: 'test' }), dense('fc2', { outputs: 3 })]);

/** Calls of the GPU so far, and whether it was taken away. */
interface Watch {
  calls: number;
  lost: boolean;
}

/** Counts every call of these interfaces from here on, and takes the GPU away just before one of them. */
function watchCalls(interfaces: readonly { readonly prototype: object }[], lose: (user: object) => boolean, loseAt: number): Watch {
  const watch = { calls: 0, lost: false };
  for (const { prototype } of interfaces) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
      if (typeof value !== 'function' || name === 'constructor') continue;
      vi.spyOn(prototype as Record<string, () => unknown>, name).mockImplementation(function (this: object, ...args: unknown[]) {
        if (watch.calls++ >= loseAt && !watch.lost) watch.lost = lose(this);
        return (value as (...args: unknown[]) => unknown).apply(this, args);
      });
    }
  }
  return watch;
}

/** Losing a WebGL context is what a standard extension is for; for WebGPU a device stands in that is destroyed behind the engine's back. */
const watches = {
  webgl2(loseAt: number) {
    const { getExtension } = WebGL2RenderingContext.prototype;
    const lose = (gl: object) => {
      (getExtension as (this: object, name: string) => { loseContext(): void }).call(gl, 'WEBGL_lose_context').loseContext();
      return true;
    };
    return watchCalls([WebGL2RenderingContext], lose, loseAt);
  },
  webgpu(loseAt: number) {
    const devices: GPUDevice[] = [];
    const { requestDevice } = GPUAdapter.prototype;
    vi.spyOn(GPUAdapter.prototype, 'requestDevice').mockImplementation(async function (this: GPUAdapter, descriptor) {
      const device = await requestDevice.call(this, descriptor);
      devices.push(device);
      return device;
    });
    const { destroy } = GPUDevice.prototype;
    const lose = () => {
      for (const device of devices) destroy.call(device);
      return devices.length > 0;
    };
    return watchCalls([GPUDevice, GPUQueue, GPUBuffer, GPUCommandEncoder, GPUComputePassEncoder], lose, loseAt);
  },
};

/** What a run told, and the error it ended with. */
async function attempt(device: Device, store: CheckpointStore, start?: Checkpoint): Promise<{ events: TrainingEvent[]; error: unknown }> {
  const events: TrainingEvent[] = [];
  try {
    for await (const event of train(options(device, { network: small, steps, evaluation, checkpoints: { store, every: 2, about }, ...(start === undefined ? {} : { start }) }))) events.push(event);
    return { events, error: undefined };
  } catch (error) {
    return { events, error };
  }
}

afterEach(() => vi.restoreAllMocks());

describe.each(testDevices.filter(({ name }) => Object.hasOwn(watches, name)))('a training on $name whose GPU is lost', ({ name, open }) => {
  const watchGpu = watches[name as keyof typeof watches];
  const undisturbed = { calls: 0, opening: 0, trace: traceOf([]) };
  beforeAll(async () => {
    const watch = watchGpu(Infinity);
    const device = await open();
    undisturbed.opening = watch.calls;
    const { events } = await attempt(device, memoryCheckpointStore());
    undisturbed.calls = watch.calls;
    undisturbed.trace = traceOf(events);
    await device.destroy();
    vi.restoreAllMocks();
  });

  it.each(Array.from({ length: moments }, (_, moment) => moment))('ends in a typed error, and goes on elsewhere as if nothing had happened (moment %i)', async (moment) => {
    const { opening, calls, trace } = undisturbed;
    // How often a result is asked for differs from run to run; this far every run comes.
    const watch = watchGpu(opening + new RandomStream(13, 'lost').at(moment).integer(Math.floor(0.9 * (calls - opening))));
    const device = await open();
    const store = memoryCheckpointStore();
    const { events, error } = await attempt(device, store);
    const { live, details } = device.report();
    expect(watch.lost).toBe(true);
    expect(error).toMatchObject({ name: 'DeviceError', code: 'DEVICE_LOST', message: expect.stringContaining(`the GPU of "${name}" was lost`) as string, help: expect.stringContaining('newest checkpoint') as string });
    expect({ live: live(), held: details.textures ?? details.buffers }).toEqual({ live: [], held: 0 });
    await expect(device.upload([1], Float32Array.of(1))).rejects.toMatchObject({ code: 'DEVICE_LOST' });
    await device.destroy();
    vi.restoreAllMocks();

    // What was told before is right: a lost GPU would read as zeros.
    const told = traceOf(events).steps;
    expect(told).toEqual(trace.steps.slice(0, told.length));
    const fresh = await open();
    const { found } = await latestCheckpoint(store);
    const resumed = await attempt(fresh, store, found?.checkpoint);
    expect(resumed.error).toBeUndefined();
    expect(traceOf(resumed.events)).toEqual({ steps: trace.steps.slice(found?.checkpoint.progress.step ?? 0), hash: trace.hash });
    expect(fresh.report().live()).toEqual([]);
    await fresh.destroy();
  });
});
