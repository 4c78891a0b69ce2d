import type { Device } from './device.js';
import { openDevice, type Engine, type Launch } from './engine.js';
import { DeviceError } from './errors.js';
import { formatShape, sizeOf, type Shape } from './shape.js';

/**
 * The reference device: runs every kernel body as the ordinary JavaScript function it is, in double precision, rounding when it stores.
 * Slow, needs nothing, and by definition right.
 */
export function openHostDevice(): Device {
  return openDevice(hostEngine());
}

function hostEngine(): Engine<Float32Array> {
  return {
    name: 'host',
    limits: { maxTermsPerThread: Infinity },
    upload: async (data) => data.slice(),
    launch: async (launch) => launchOnHost(launch),
    download: async (handle) => handle.slice(),
    free: () => {},
    describe: () => ({ mode: 'host', kernels: 0, untuned: [], details: {} }),
    destroy: async () => {},
  };
}

function launchOnHost(launch: Launch<Float32Array>): Float32Array {
  const out = new Float32Array(sizeOf(launch.plan.output));
  const rows = computeRows(launch, out);
  while (rows.next().done !== true);
  return out;
}

/**
 * Runs a kernel's body as the ordinary JavaScript function it is, for engines that have no better code for it: fills `out` with the results and stops after every row of the grid.
 *
 * @throws DeviceError `KERNEL_FAILED` when the body returns another number of results than its plan says.
 */
export function* computeRows({ kernel, plan, inputs, scalars }: Pick<Launch<Float32Array>, 'kernel' | 'plan' | 'inputs' | 'scalars'>, out: Float32Array): Generator<void, void> {
  const body = kernel.body as (this: unknown, ...args: unknown[]) => number | readonly number[];
  const args = [...inputs.map((input, i) => viewOf(input, plan.views[i])), ...scalars.map(Math.fround)];
  const [depth, height, width] = [1, 1, ...plan.grid].slice(-3);
  const thread = { x: 0, y: 0, z: 0 };
  const self = { thread, constants: plan.constants };
  let at = 0;
  for (thread.z = 0; thread.z < depth; thread.z++) {
    for (thread.y = 0; thread.y < height; thread.y++) {
      for (thread.x = 0; thread.x < width; thread.x++) {
        const result = body.apply(self, args);
        if (typeof result === 'number') out[at++] = result;
        else for (const value of result) out[at++] = value;
      }
      yield;
    }
  }
  if (at !== out.length) {
    throw new DeviceError({ code: 'KERNEL_FAILED', message: `${kernel.name}: the body returned ${at} numbers for an output ${formatShape(plan.output)} of ${out.length}.` });
  }
}

type View = Float32Array | View[];

function viewOf(data: Float32Array, view: Shape): View {
  if (view.length === 1) return data;
  const rest = view.slice(1);
  const stride = sizeOf(rest);
  return Array.from({ length: view[0] }, (_, i) => viewOf(data.subarray(i * stride, (i + 1) * stride), rest));
}
