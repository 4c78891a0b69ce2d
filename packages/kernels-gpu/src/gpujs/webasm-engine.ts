import { DeviceError, sizeOf, type Engine, type KernelSpec, type Launch, type LaunchPlan } from '@convkit/tensor';
import { assertMode, createKernel, gpujs, innermostFirst, type GpuInstance, type GpuKernelInternals } from './facade.js';
import { assertWebAssembly, hasThreads } from './find-webassembly.js';
import { KernelCache } from './kernel-cache.js';
import { assertReturns, kernelError } from './kernel-errors.js';
import { LaunchQueue } from './launch-queue.js';
import type { GpuDeviceOptions } from './open-gpu-device.js';
import { patchWebAssembly } from './webasm-patch.js';

const PAGE_BYTES = 65_536;
/** gpu.js adds this many pages to what a module asks for. */
const SPARE_PAGES = 16;
/** Sizes of the memories kernels share: 256 MiB, 1 GiB, 4 GiB. Untouched pages cost address space only. */
const MEMORY_PAGES = [4_096, 16_384, 65_536];
/** Below this many results, waking a worker costs more than it saves. */
const CELLS_WORTH_A_THREAD = 1_024;

/** gpu.js's record of where a kernel's arguments and results lie in memory. */
interface Layout {
  readonly arrays: Readonly<Record<string, { readonly index: number; readonly offset: number; readonly flatLength: number }>>;
  readonly scalars: Readonly<Record<string, { readonly index: number; readonly offset: number }>>;
  readonly outputOffset: number;
  totalBytes?: number;
}

/** The parts of gpu.js's WebAssembly kernel that are used here. */
interface WasmKernel extends GpuKernelInternals {
  readonly threadDim: readonly [number, number, number];
  readonly componentCount: number;
  readonly usedMathImports: ReadonlySet<string>;
  _pool: WorkerPool | null;
  _instantiate: () => void;
  computeLayout(args: readonly unknown[]): Layout;
  _assembleModule(layout: Layout, cells: number, shared: boolean): { readonly bytes: Uint8Array<ArrayBuffer> };
}

/** What gpu.js's worker pool needs to run a module on another thread. */
interface Entry {
  readonly id: string;
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly mathImports: readonly string[];
  readonly sizeX: number;
}

interface WorkerPool {
  readonly size: number;
  readonly constructor: unknown;
  dispatch(entry: Entry, tasks: readonly { readonly start: number; readonly end: number; readonly seed: number }[]): Promise<void>;
  release(id: string): void;
  destroy(): void;
}

type RunRange = (start: number, end: number, seed: number) => void;

interface CompiledKernel extends Entry {
  readonly layout: Layout;
  readonly cells: number;
  readonly results: number;
  readonly floats: Float32Array;
  readonly run: RunRange;
  readonly runVector: RunRange | undefined;
  readonly kernel: WasmKernel;
}

/**
 * gpu.js's WebAssembly mode. A handle is a plain array: arguments are copied into the memory of the kernels and the result out of it.
 * All kernels share one memory of a size, since launches follow one another; so there is no limit to how many kernels live.
 */
export async function openWebasmEngine(options: Pick<GpuDeviceOptions, 'threads'> = {}): Promise<Engine<Float32Array>> {
  assertWebAssembly();
  patchWebAssembly();
  const gpu = new gpujs.GPU({ mode: 'webasm' });
  const pool = options.threads === 1 || !hasThreads() ? undefined : await openWorkerPool(gpu, options.threads);
  return new WebasmEngine(gpu, pool);
}

/** gpu.js keeps its pool class to itself, but a threaded kernel makes one: borrow it from a kernel that only copies. */
async function openWorkerPool(gpu: GpuInstance, threads: number | undefined): Promise<WorkerPool> {
  const size = CELLS_WORTH_A_THREAD * 4;
  const copy = gpu.createKernel('function (a) { return a[this.thread.x]; }', { output: [size], argumentTypes: ['Input'], asyncMode: true });
  await copy(new gpujs.Input(new Float32Array(size), [size]));
  const kernel = copy.kernel as WasmKernel;
  const made = kernel._pool;
  if (made === null) throw new DeviceError({ code: 'DEVICE_UNAVAILABLE', message: 'gpujs-webasm: gpu.js started no worker threads.', help: 'open the device with threads: 1.' });
  kernel.destroy();
  return new (made.constructor as new (size?: number) => WorkerPool)(threads);
}

let compiledKernels = 0;

class WebasmEngine implements Engine<Float32Array> {
  readonly name = 'gpujs-webasm';
  // Slabs of a few thousand terms keep both operands of a weight gradient in the second-level cache (1.8 times as fast as one slab).
  readonly limits = { maxTermsPerThread: 4_096 };
  readonly #gpu: GpuInstance;
  readonly #pool: WorkerPool | undefined;
  readonly #queue = new LaunchQueue();
  readonly #memories = new Map<number, WebAssembly.Memory>();
  readonly #kernels = new KernelCache<CompiledKernel>(1_024, (compiled) => {
    this.#pool?.release(compiled.id);
    compiled.kernel.destroy();
  });

  constructor(gpu: GpuInstance, pool: WorkerPool | undefined) {
    this.#gpu = gpu;
    this.#pool = pool;
  }

  async upload(data: Float32Array): Promise<Float32Array> {
    return data.slice();
  }

  launch(launch: Launch<Float32Array>): Promise<Float32Array> {
    return this.#queue.run(async () => {
      try {
        const compiled = this.#kernels.get(launch.key) ?? this.#kernels.add(launch.key, this.#compile(launch));
        for (const { index, offset } of Object.values(compiled.layout.arrays)) compiled.floats.set(launch.inputs[index], offset / 4);
        for (const { index, offset } of Object.values(compiled.layout.scalars)) compiled.floats[offset / 4] = launch.scalars[index - launch.inputs.length];
        await this.#compute(compiled);
        const start = compiled.layout.outputOffset / 4;
        return compiled.floats.slice(start, start + compiled.results);
      } catch (cause) {
        throw kernelError(launch.kernel, this.name, cause);
      }
    });
  }

  async download(handle: Float32Array): Promise<Float32Array> {
    return handle.slice();
  }

  free(): void {}

  describe() {
    const bytes = [...this.#memories.keys()].reduce((sum, pages) => sum + pages * PAGE_BYTES, 0);
    return { mode: 'webasm', kernels: this.#kernels.size, untuned: [], details: { threads: this.#pool?.size ?? 1, kernelMemoryReserved: bytes } };
  }

  async destroy(): Promise<void> {
    await this.#queue.run(async () => {
      this.#kernels.clear();
      this.#pool?.destroy();
      this.#memories.clear();
      await this.#gpu.destroy();
    });
  }

  async #compute({ cells, sizeX, run, runVector, ...entry }: CompiledKernel): Promise<void> {
    if (this.#pool !== undefined && cells >= CELLS_WORTH_A_THREAD) {
      // A worker enters the vector loop at a multiple of four only.
      const share = Math.ceil(cells / this.#pool.size / 4) * 4;
      const starts = Array.from({ length: Math.ceil(cells / share) }, (_, i) => i * share);
      await this.#pool.dispatch({ ...entry, sizeX }, starts.map((start) => ({ start, end: Math.min(start + share, cells), seed: 0 })));
      return;
    }
    // Four lanes must not cross a row: each row is a vector span and a scalar rest.
    const span = runVector === undefined ? 0 : sizeX - (sizeX % 4);
    if (span === sizeX) {
      runVector?.(0, cells, 0);
      return;
    }
    for (let row = 0; row < cells; row += sizeX) {
      if (span > 0) runVector?.(row, row + span, 0);
      run(row + span, row + sizeX, 0);
    }
  }

  #compile({ kernel, plan, inputs, scalars }: Launch<Float32Array>): CompiledKernel {
    const built = createKernel(this.#gpu, kernel, plan, inputs.map(() => 'Input'), scalars.length).kernel as WasmKernel;
    const args = [...inputs.map((input, i) => new gpujs.Input(input, innermostFirst(plan.views[i]))), ...scalars];
    // gpu.js would give this kernel a memory of its own.
    built._instantiate = () => {};
    try {
      built.build(...args);
      assertMode(built, kernel.name, 'webasm');
      assertReturns(kernel, plan, built.componentCount);
      return this.#instantiate(kernel, plan, built, args);
    } catch (error) {
      built.destroy();
      throw error;
    }
  }

  #instantiate(kernel: KernelSpec, plan: LaunchPlan, built: WasmKernel, args: readonly unknown[]): CompiledKernel {
    const layout = built.computeLayout(args);
    const memory = this.#memory(kernel, layout.outputOffset + sizeOf(plan.output) * 4);
    layout.totalBytes = memory.buffer.byteLength - SPARE_PAGES * PAGE_BYTES;
    const cells = sizeOf(plan.grid);
    const module = new WebAssembly.Module(built._assembleModule(layout, cells, this.#pool !== undefined).bytes);
    const mathImports = [...built.usedMathImports].sort();
    const math = Math as unknown as Readonly<Record<string, WebAssembly.ImportValue>>;
    const { exports } = new WebAssembly.Instance(module, { env: { memory, ...Object.fromEntries(mathImports.map((name) => [`math_${name}`, math[name]])) } });
    return {
      id: `convkit-${++compiledKernels}`,
      module,
      memory,
      mathImports,
      sizeX: built.threadDim[0],
      layout,
      cells,
      results: cells * built.componentCount,
      floats: new Float32Array(memory.buffer),
      run: exports.run as RunRange,
      runVector: exports.run_simd as RunRange | undefined,
      kernel: built,
    };
  }

  /** The smallest memory that holds this many bytes. */
  #memory(kernel: KernelSpec, bytes: number): WebAssembly.Memory {
    const pages = MEMORY_PAGES.find((size) => (size - SPARE_PAGES) * PAGE_BYTES >= bytes);
    if (pages === undefined) {
      throw new DeviceError({
        code: 'DEVICE_MEMORY',
        message: `${kernel.name}: arguments and result take ${bytes} bytes, but WebAssembly addresses ${2 ** 32}.`,
        help: 'use a smaller batch.',
      });
    }
    let memory = this.#memories.get(pages);
    if (memory === undefined) {
      memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: this.#pool !== undefined });
      this.#memories.set(pages, memory);
    }
    return memory;
  }
}
