import { sizeOf, type Engine, type Launch } from '@convkit/tensor';
import { assertMode, createKernel, gpujs, innermostFirst, type GpuInstance, type GpuKernel } from './facade.js';
import { KernelCache } from './kernel-cache.js';
import { assertReturns, kernelError } from './kernel-errors.js';

/** gpu.js's JavaScript mode: slow, there everywhere, sums in double precision. A handle is a plain array. */
export function openCpuEngine(): Engine<Float32Array> {
  return new CpuEngine();
}

type Rows = ArrayLike<number> | ArrayLike<Rows>;

class CpuEngine implements Engine<Float32Array> {
  readonly name = 'gpujs-cpu';
  readonly limits = { maxTermsPerThread: Infinity };
  readonly #gpu: GpuInstance = new gpujs.GPU({ mode: 'cpu' });
  readonly #kernels = new KernelCache<GpuKernel>(1_024, (kernel) => this.#forget(kernel));

  async upload(data: Float32Array): Promise<Float32Array> {
    return data.slice();
  }

  async launch(launch: Launch<Float32Array>): Promise<Float32Array> {
    const { kernel, plan, key, inputs, scalars } = launch;
    try {
      const compiled = this.#kernels.get(key) ?? this.#kernels.add(key, this.#compile(launch));
      const rows = compiled(...inputs.map((input, i) => new gpujs.Input(input, innermostFirst(plan.views[i]))), ...scalars.map(Math.fround)) as Rows;
      assertMode(compiled.kernel, kernel.name, 'cpu');
      const flat = new Float32Array(sizeOf(plan.output));
      assertReturns(kernel, plan, flatten(rows, flat, 0) / sizeOf(plan.grid));
      return flat;
    } catch (cause) {
      throw kernelError(kernel, this.name, cause);
    }
  }

  async download(handle: Float32Array): Promise<Float32Array> {
    return handle.slice();
  }

  free(): void {}

  describe() {
    return { mode: 'cpu', kernels: this.#kernels.size, untuned: [], details: {} };
  }

  async destroy(): Promise<void> {
    this.#kernels.clear();
    await this.#gpu.destroy();
  }

  #compile({ kernel, plan, inputs, scalars }: Launch<Float32Array>): GpuKernel {
    const compiled = createKernel(this.#gpu, kernel, plan, inputs.map(() => 'Input'), scalars.length);
    try {
      compiled.kernel.build(...inputs.map((input, i) => new gpujs.Input(input, innermostFirst(plan.views[i]))), ...scalars);
      return compiled;
    } catch (error) {
      this.#forget(compiled);
      throw error;
    }
  }

  #forget({ kernel }: GpuKernel): void {
    kernel.destroy();
    // gpu.js keeps its CPU kernels listed after they are destroyed.
    this.#gpu.kernels.splice(this.#gpu.kernels.indexOf(kernel), 1);
  }
}

/** Writes nested rows into `out` from `start` on, and returns the place after them. */
function flatten(rows: Rows, out: Float32Array, start: number): number {
  let at = start;
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i];
    if (typeof row === 'number') out[at++] = row;
    else at = flatten(row, out, at);
  }
  return at;
}
