import { openDevice, sizeOf, type Device, type Engine, type Shape } from '@convkit/tensor';

/**
 * A host device that stores in double precision, so that finite differences can tell a wrong gradient from a rounding error.
 * Its downloads, and the arrays it is given, may be `Float64Array`s behind the type of the contract: see {@link asContract}.
 *
 * @param maxTermsPerThread Limit to report; a small one makes layers cut their sums into slabs.
 */
export function openDoubleDevice(maxTermsPerThread = Infinity): Device {
  const engine: Engine<Float64Array> = {
    name: 'double',
    limits: { maxTermsPerThread },
    upload: async (data) => Float64Array.from(data),
    launch: async ({ kernel, plan, inputs, scalars }) => {
      const args = [...inputs.map((input, i) => viewOf(input, plan.views[i])), ...scalars];
      const body = kernel.body as (this: unknown, ...args: unknown[]) => number | readonly number[];
      const [depth, height, width] = [1, 1, ...plan.grid].slice(-3);
      const out: number[] = [];
      for (let z = 0; z < depth; z++) {
        for (let y = 0; y < height; y++) {
          for (let x = 0; x < width; x++) out.push(...[body.apply({ thread: { x, y, z }, constants: plan.constants }, args)].flat());
        }
      }
      return Float64Array.from(out);
    },
    download: async (handle) => asContract(handle.slice()),
    free: () => {},
    describe: () => ({ mode: 'double', kernels: 0, untuned: [], details: {} }),
    destroy: async () => {},
  };
  return openDevice(engine);
}

/** Double precision numbers in the clothes of the contract; only a double device keeps them all. */
export function asContract(data: Float64Array): Float32Array {
  return data as unknown as Float32Array;
}

type View = Float64Array | View[];

function viewOf(data: Float64Array, view: Shape): View {
  if (view.length === 1) return data;
  const rest = view.slice(1);
  const stride = sizeOf(rest);
  return Array.from({ length: view[0] }, (_, i) => viewOf(data.subarray(i * stride, (i + 1) * stride), rest));
}
