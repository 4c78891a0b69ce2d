import { DeviceError, sizeOf, type Engine, type Launch } from '@convkit/tensor';
import { assertMode, createKernel, gpujs, innermostFirst, type GpuContext, type GpuInstance, type GpuKernelInternals } from './facade.js';
import { installWebGpu, nameOfAdapter } from './find-webgpu.js';
import { KernelCache } from './kernel-cache.js';
import { assertReturns, kernelError, lostError } from './kernel-errors.js';
import { LaunchQueue } from './launch-queue.js';

/** The parts of gpu.js's WebGPU kernel that are used here. */
interface WebGpuKernel extends GpuKernelInternals {
  readonly componentCount: number;
  outputBuffer: GPUBuffer | null;
  bindGroup: GPUBindGroup | null;
  bindGroupDirty: boolean;
}

const { MAP_READ, COPY_SRC, COPY_DST, STORAGE } = { MAP_READ: 0x1, COPY_SRC: 0x4, COPY_DST: 0x8, STORAGE: 0x80 };
const MAP_MODE_READ = 0x1;

/** gpu.js has one WebGPU device for all its instances; the last engine to close destroys it. */
let openEngines = 0;

/**
 * gpu.js's WebGPU mode. A handle is a GPU buffer that the engine owns; a launch sees it under the shape its plan asks for.
 *
 * @throws DeviceError `DEVICE_UNAVAILABLE`
 */
export async function openWebGpuEngine(): Promise<Engine<GPUBuffer>> {
  await installWebGpu();
  openEngines++;
  try {
    return new WebGpuEngine(await gpujs.WebGPUContext.acquire());
  } catch (cause) {
    openEngines--;
    throw new DeviceError({ code: 'DEVICE_UNAVAILABLE', message: `webgpu: ${cause instanceof Error ? cause.message : String(cause)}`, cause });
  }
}

class WebGpuEngine implements Engine<GPUBuffer> {
  readonly name = 'webgpu';
  // A GPU's watchdog ends what computes for seconds.
  readonly limits = { maxTermsPerThread: 8_192 };
  readonly #context: GpuContext;
  readonly #device: GPUDevice;
  readonly #gpu: GpuInstance = new gpujs.GPU({ mode: 'webgpu' });
  readonly #queue = new LaunchQueue();
  readonly #kernels = new KernelCache<WebGpuKernel>(1_024, (kernel) => kernel.destroy());
  #buffers = 0;
  /** What the GPU complained about, which it does some time after the call. */
  #failure: GPUError | undefined;
  readonly #note = ({ error }: GPUUncapturedErrorEvent) => {
    this.#failure ??= error;
  };

  constructor(context: GpuContext) {
    this.#context = context;
    this.#device = context.device;
    this.#device.addEventListener('uncapturederror', this.#note);
  }

  upload(data: Float32Array, label: string): Promise<GPUBuffer> {
    return this.#attempt(label, async () => {
      this.#assertFits(label, data.byteLength);
      const buffer = this.#createMapped(label, data.byteLength);
      new Float32Array(buffer.getMappedRange()).set(data);
      buffer.unmap();
      this.#buffers++;
      return buffer;
    });
  }

  launch(launch: Launch<GPUBuffer>): Promise<GPUBuffer> {
    const { kernel, plan, key, scalars } = launch;
    const launched = async () => {
      this.#assertFits(kernel.name, sizeOf(plan.output) * Float32Array.BYTES_PER_ELEMENT);
      const compiled = this.#kernels.get(key) ?? this.#kernels.add(key, await this.#compile(launch));
      await compiled.run(...this.#arguments(compiled, launch), ...scalars);
      assertMode(compiled, kernel.name, 'webgpu');
      return this.#takeOutput(compiled);
    };
    return this.#queue.run(() => this.#attempt(kernel.name, launched));
  }

  download(handle: GPUBuffer, size: number): Promise<Float32Array> {
    return this.#attempt('download', async () => {
      const bytes = size * 4;
      const staging = this.#device.createBuffer({ size: bytes, usage: MAP_READ | COPY_DST });
      const encoder = this.#device.createCommandEncoder();
      encoder.copyBufferToBuffer(handle, 0, staging, 0, bytes);
      this.#device.queue.submit([encoder.finish()]);
      try {
        await staging.mapAsync(MAP_MODE_READ);
        this.#assertWell('download');
        return new Float32Array(staging.getMappedRange().slice(0));
      } finally {
        staging.destroy();
      }
    });
  }

  free(handle: GPUBuffer): void {
    handle.destroy();
    this.#buffers--;
  }

  describe() {
    return { mode: 'webgpu', kernels: this.#kernels.size, untuned: [], details: { adapter: nameOfAdapter(this.#context.adapter), buffers: this.#buffers } };
  }

  async destroy(): Promise<void> {
    await this.#queue.run(async () => {
      this.#kernels.clear();
      this.#device.removeEventListener('uncapturederror', this.#note);
      await this.#gpu.destroy();
      if (--openEngines === 0) await gpujs.WebGPUContext.destroy();
    });
  }

  async #compile(launch: Launch<GPUBuffer>): Promise<WebGpuKernel> {
    const { kernel, plan, inputs, scalars } = launch;
    const types = inputs.map(() => 'WebGPUBuffer');
    const compiled = createKernel(this.#gpu, kernel, plan, types, scalars.length, { pipeline: true }).kernel as WebGpuKernel;
    try {
      await compiled.build(...this.#arguments(compiled, launch), ...scalars);
      assertReturns(kernel, plan, compiled.componentCount);
      return compiled;
    } catch (error) {
      compiled.destroy();
      throw error;
    }
  }

  #createMapped(label: string, size: number): GPUBuffer {
    try {
      return this.#device.createBuffer({ label, size, usage: STORAGE | COPY_SRC | COPY_DST, mappedAtCreation: true });
    } catch (cause) {
      throw new DeviceError({ code: 'DEVICE_MEMORY', message: `${label}: there is no memory for ${size} bytes.`, help: 'use a smaller batch.', cause });
    }
  }

  /** The inputs under the shapes the plan asks for. */
  #arguments(kernel: WebGpuKernel, { plan, inputs }: Launch<GPUBuffer>): object[] {
    const context = this.#context;
    return inputs.map((buffer, i) => new gpujs.WebGPUBufferResult({ buffer, output: innermostFirst(plan.views[i]), componentCount: 1, context, kernel }));
  }

  /** gpu.js would hold the buffer until the kernel's next run and write over it then. */
  #takeOutput(kernel: WebGpuKernel): GPUBuffer {
    const buffer = kernel.outputBuffer as GPUBuffer;
    kernel.outputBuffer = null;
    kernel.bindGroup = null;
    kernel.bindGroupDirty = true;
    this.#buffers++;
    return buffer;
  }

  #assertFits(user: string, bytes: number): void {
    const { maxBufferSize, maxStorageBufferBindingSize } = this.#device.limits;
    const most = Math.min(maxBufferSize, maxStorageBufferBindingSize);
    if (bytes <= most) return;
    throw new DeviceError({ code: 'DEVICE_MEMORY', message: `${user}: takes ${bytes} bytes, but a buffer of "webgpu" holds ${most}.`, help: 'use a smaller batch.' });
  }

  /** Does what takes the GPU. What fails because the GPU was lost, or refused an earlier call, says other things; what was the matter is heard of once the GPU has answered. */
  async #attempt<Result>(user: string, work: () => Promise<Result>): Promise<Result> {
    this.#assertWell(user);
    try {
      return await work();
    } catch (cause) {
      await Promise.race([this.#device.lost, this.#device.queue.onSubmittedWorkDone().catch(() => {})]);
      this.#assertWell(user, cause);
      throw kernelError({ name: user }, this.name, cause);
    }
  }

  #assertWell(user: string, cause?: unknown): void {
    if (this.#context.isLost) throw lostError(user, this.name, cause);
    if (this.#failure !== undefined) {
      const code = this.#failure.constructor.name === 'GPUOutOfMemoryError' ? 'DEVICE_MEMORY' : 'KERNEL_FAILED';
      throw new DeviceError({ code, message: `${user}: the GPU refused an earlier call: ${this.#failure.message}`, help: 'open a new device and upload again.' });
    }
  }
}
