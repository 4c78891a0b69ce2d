import { DeviceError, canShareMemory, countCores, sizeOf, type Engine, type KernelSpec, type Launch, type LaunchPlan } from '@convkit/tensor';
import { ArrayPool } from './array-pool.js';
import { assertMode, createKernel, gpujs, innermostFirst, type GpuInstance, type GpuKernelInternals } from './facade.js';
import { assertWebAssembly } from './find-webassembly.js';
import { KernelCache } from './kernel-cache.js';
import { assertReturns, kernelError } from './kernel-errors.js';
import { LaunchQueue } from './launch-queue.js';
import type { GpuDeviceOptions } from './open-gpu-device.js';
import { ThreadTeam, type TeamKernel } from './thread-team.js';
import { patchWebAssembly } from './webasm-patch.js';

const PAGE_BYTES = 65_536;
/** gpu.js adds this many pages to what a module asks for. */
const SPARE_PAGES = 16;
/** Sizes of the memories kernels share: 256 MiB, 1 GiB, 4 GiB. Untouched pages cost address space only. */
const MEMORY_PAGES = [4_096, 16_384, 65_536];
/** Cells of a first launch that the calling thread computes, to learn what a cell costs. */
const TRIAL_CELLS = 1_024;
/** Milliseconds of work that are worth waking threads for. */
const WORTH_THREADS = 0.2;

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
  _instantiate: () => void;
  computeLayout(args: readonly unknown[]): Layout;
  _assembleModule(layout: Layout, cells: number, shared: boolean): { readonly bytes: Uint8Array<ArrayBuffer> };
}

type RunRange = (start: number, end: number, seed: number) => void;

interface CompiledKernel extends TeamKernel {
  readonly layout: Layout;
  readonly results: number;
  readonly floats: Float32Array;
  readonly run: RunRange;
  readonly runVector: RunRange;
  readonly kernel: WasmKernel;
  /** Whether the work is worth threads; unknown before the first launch. */
  threaded: boolean | undefined;
}

/**
 * gpu.js's WebAssembly mode. A handle is a plain array: arguments are copied into the memory of the kernels and the result out of it.
 * All kernels share one memory of a size, since launches follow one another; so there is no limit to how many kernels live.
 */
export async function openWebasmEngine(options: Pick<GpuDeviceOptions, 'threads'> = {}): Promise<Engine<Float32Array>> {
  assertWebAssembly();
  patchWebAssembly();
  const gpu = new gpujs.GPU({ mode: 'webasm' });
  const threads = canShareMemory() ? (options.threads ?? countCores()) : 1;
  return new WebasmEngine(gpu, threads === 1 ? undefined : new ThreadTeam(threads));
}

let compiledKernels = 0;

class WebasmEngine implements Engine<Float32Array> {
  readonly name = 'gpujs-webasm';
  // Slabs of a few thousand terms keep both operands of a weight gradient in the second-level cache (1.8 times as fast as one slab).
  readonly limits = { maxTermsPerThread: 4_096 };
  readonly #gpu: GpuInstance;
  readonly #team: ThreadTeam | undefined;
  readonly #queue = new LaunchQueue();
  readonly #arrays = new ArrayPool();
  readonly #memories = new Map<number, WebAssembly.Memory>();
  readonly #kernels = new KernelCache<CompiledKernel>(1_024, (compiled) => {
    this.#team?.drop(compiled.id);
    compiled.kernel.destroy();
  });

  constructor(gpu: GpuInstance, team: ThreadTeam | undefined) {
    this.#gpu = gpu;
    this.#team = team;
  }

  async upload(data: Float32Array): Promise<Float32Array> {
    const handle = this.#arrays.take(data.length);
    handle.set(data);
    return handle;
  }

  launch(launch: Launch<Float32Array>): Promise<Float32Array> {
    return this.#queue.run(async () => {
      try {
        const compiled = this.#kernels.get(launch.key) ?? this.#kernels.add(launch.key, this.#compile(launch));
        for (const { index, offset } of Object.values(compiled.layout.arrays)) compiled.floats.set(launch.inputs[index], offset / 4);
        for (const { index, offset } of Object.values(compiled.layout.scalars)) compiled.floats[offset / 4] = launch.scalars[index - launch.inputs.length];
        await this.#compute(compiled);
        const start = compiled.layout.outputOffset / 4;
        const handle = this.#arrays.take(compiled.results);
        handle.set(compiled.floats.subarray(start, start + compiled.results));
        return handle;
      } catch (cause) {
        throw kernelError(launch.kernel, this.name, cause);
      }
    });
  }

  async download(handle: Float32Array): Promise<Float32Array> {
    return handle.slice();
  }

  free(handle: Float32Array): void {
    // A launch that waits for its turn may still read it.
    this.#queue.after(() => this.#arrays.give(handle));
  }

  describe() {
    const bytes = [...this.#memories.keys()].reduce((sum, pages) => sum + pages * PAGE_BYTES, 0);
    return { mode: 'webasm', kernels: this.#kernels.size, untuned: [], details: { threads: this.#team?.size ?? 1, kernelMemoryReserved: bytes } };
  }

  async destroy(): Promise<void> {
    await this.#queue.run(async () => {
      this.#kernels.clear();
      this.#team?.destroy();
      this.#memories.clear();
      this.#arrays.clear();
      await this.#gpu.destroy();
    });
  }

  async #compute(compiled: CompiledKernel): Promise<void> {
    compiled.threaded ??= this.#team !== undefined && worthThreads(compiled);
    if (compiled.threaded) await this.#team?.run(compiled);
    else computeRows(compiled, 0, compiled.cells);
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
    const [width] = built.threadDim;
    const module = new WebAssembly.Module(built._assembleModule(layout, cells, this.#team !== undefined).bytes);
    const math = [...built.usedMathImports].sort();
    const functions = Math as unknown as Readonly<Record<string, WebAssembly.ImportValue>>;
    const { exports } = new WebAssembly.Instance(module, { env: { memory, ...Object.fromEntries(math.map((name) => [`math_${name}`, functions[name]])) } });
    return {
      id: ++compiledKernels,
      module,
      memory,
      math,
      cells,
      row: width % 4 === 0 || width === cells ? Infinity : width,
      layout,
      results: cells * built.componentCount,
      floats: new Float32Array(memory.buffer),
      run: exports.run as RunRange,
      runVector: exports.run_simd as RunRange,
      kernel: built,
      threaded: undefined,
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
      memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: this.#team !== undefined });
      this.#memories.set(pages, memory);
    }
    return memory;
  }
}

/** What a thread does with a chunk: a row is a span of vectors and a scalar rest. */
function computeRows({ row, run, runVector }: CompiledKernel, start: number, end: number): void {
  const length = Math.min(row, end - start);
  for (let first = start; first < end; first += length) {
    const vectors = first + length - (length % 4);
    if (vectors > first) runVector(first, vectors, 0);
    if (vectors < first + length) run(vectors, first + length, 0);
  }
}

/** Computes a few rows, and judges by the time they take. */
function worthThreads(compiled: CompiledKernel): boolean {
  const { cells, row } = compiled;
  const trial = Math.min(cells, Number.isFinite(row) ? Math.ceil(TRIAL_CELLS / row) * row : TRIAL_CELLS);
  const start = performance.now();
  computeRows(compiled, 0, trial);
  return ((performance.now() - start) / trial) * cells > WORTH_THREADS;
}
