import { DeviceError, sizeOf, type Engine, type Launch } from '@convkit/tensor';
import { assertMode, createKernel, gpujs, innermostFirst, type GpuInstance, type GpuKernelInternals } from './facade.js';
import { findWebGl2, loseWebGl2, nameOfRenderer } from './find-webgl2.js';
import { KernelCache } from './kernel-cache.js';
import { assertReturns, kernelError, lostError } from './kernel-errors.js';

/** Numbers in a texture: one a texel, or four from kernels that return four. */
interface TextureHandle {
  readonly texture: WebGLTexture;
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 4;
}

/** The parts of gpu.js's WebGL2 kernel that are used here. */
interface WebGl2Kernel extends GpuKernelInternals {
  readonly returnType: string;
  readonly texSize: ArrayLike<number>;
  /** The place a run draws to. */
  readonly texture: { texture: WebGLTexture };
  /** Tells gpu.js to attach {@link texture} anew. */
  _textureSwitched: boolean;
}

/** The bits of a NaN that no GPU computes. */
const UNREAD = 0x7fa5_c0de;

/** Stands in a kernel for a texture that the engine has taken; gpu.js counts references, and never reaches zero here. */
const TAKEN = { _refs: Infinity };

/**
 * gpu.js's WebGL2 mode. A handle is a texture that the engine owns; a launch sees it under the shape its plan asks for.
 *
 * @throws DeviceError `DEVICE_UNAVAILABLE`
 */
export function openWebGl2Engine(): Engine<TextureHandle> {
  return new WebGl2Engine(findWebGl2());
}

class WebGl2Engine implements Engine<TextureHandle> {
  readonly name = 'webgl2';
  // Longer draws may be ended by the driver, which then shows zeros.
  readonly limits = { maxTermsPerThread: 8_192 };
  readonly #gl: WebGL2RenderingContext;
  readonly #gpu: GpuInstance;
  readonly #maxSide: number;
  /** Asked once: a lost GPU has no name. */
  readonly #adapter: string;
  readonly #kernels = new KernelCache<WebGl2Kernel>(1_024, (kernel) => kernel.destroy());
  #textures = 0;

  constructor(gl: WebGL2RenderingContext) {
    this.#gl = gl;
    this.#maxSide = gl.getParameter(gl.MAX_TEXTURE_SIZE) as number;
    this.#adapter = nameOfRenderer(gl);
    // gpu.js sizes its canvas like the largest texture, though nothing is ever shown there.
    this.#gpu = new gpujs.GPU({ mode: 'webgl2', canvas: { width: 1, height: 1 }, context: gl });
  }

  async upload(data: Float32Array, label: string): Promise<TextureHandle> {
    this.#assertWell(label);
    const [width, height] = gpujs.utils.closestSquareDimensions(data.length);
    const handle = this.#allocate(label, width, height, 1);
    const { RED, FLOAT, TEXTURE_2D } = this.#gl;
    const rows = Math.floor(data.length / width);
    this.#gl.texSubImage2D(TEXTURE_2D, 0, 0, 0, width, rows, RED, FLOAT, data);
    if (rows < height) this.#gl.texSubImage2D(TEXTURE_2D, 0, 0, rows, data.length - rows * width, 1, RED, FLOAT, data, rows * width);
    return handle;
  }

  async launch(launch: Launch<TextureHandle>): Promise<TextureHandle> {
    const { kernel, plan, inputs, scalars } = launch;
    this.#assertWell(kernel.name);
    try {
      const key = `${launch.key} ${inputs.map(({ channels }) => channels).join('')}`;
      const compiled = this.#kernels.get(key) ?? this.#kernels.add(key, this.#compile(launch));
      const [width, height] = Array.from(compiled.texSize);
      const output = this.#allocate(kernel.name, width, height, plan.returns);
      compiled.texture.texture = output.texture;
      compiled._textureSwitched = true;
      try {
        compiled.run(...this.#arguments(compiled, launch), ...scalars);
      } catch (error) {
        this.free(output);
        throw error;
      } finally {
        compiled.texture.texture = TAKEN;
      }
      return output;
    } catch (cause) {
      // Of a lost GPU gpu.js says other things, such as that a shader does not compile.
      this.#assertWell(kernel.name, cause);
      throw kernelError(kernel, this.name, cause);
    }
  }

  async download(handle: TextureHandle, size: number): Promise<Float32Array> {
    this.#assertWell('download');
    const gl = this.#gl;
    const { width, height, channels } = handle;
    const framebuffer = gl.createFramebuffer();
    const buffer = gl.createBuffer();
    gl.bindFramebuffer(gl.FRAMEBUFFER, framebuffer);
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, handle.texture, 0);
    // RGBA is promised by the standard; most drivers also read a lone channel as it is.
    const tight = channels === 1 && gl.getParameter(gl.IMPLEMENTATION_COLOR_READ_FORMAT) === gl.RED && gl.getParameter(gl.IMPLEMENTATION_COLOR_READ_TYPE) === gl.FLOAT;
    const read = new Float32Array(width * height * (tight ? 1 : 4));
    const first = new Uint32Array(read.buffer, 0, 1);
    first[0] = UNREAD;
    gl.bindBuffer(gl.PIXEL_PACK_BUFFER, buffer);
    gl.bufferData(gl.PIXEL_PACK_BUFFER, read.byteLength, gl.STREAM_READ);
    gl.readPixels(0, 0, width, height, tight ? gl.RED : gl.RGBA, gl.FLOAT, 0);
    gl.bindBuffer(gl.PIXEL_PACK_BUFFER, null);
    gl.deleteFramebuffer(framebuffer);
    await this.#finished();
    gl.bindBuffer(gl.PIXEL_PACK_BUFFER, buffer);
    gl.getBufferSubData(gl.PIXEL_PACK_BUFFER, 0, read);
    gl.bindBuffer(gl.PIXEL_PACK_BUFFER, null);
    gl.deleteBuffer(buffer);
    // Asked here only, because the answer waits for the GPU.
    const error = gl.getError();
    this.#assertWell('download');
    if (error === gl.OUT_OF_MEMORY) throw new DeviceError({ code: 'DEVICE_MEMORY', message: 'webgl2: the memory of the GPU did not suffice for an earlier call.', help: 'use a smaller batch.' });
    if (error !== gl.NO_ERROR) throw new DeviceError({ code: 'KERNEL_FAILED', message: `webgl2: the GPU refused an earlier call (WebGL error 0x${error.toString(16)}).` });
    // A loss that the page has not heard of yet leaves the array as it was.
    if (first[0] === UNREAD) throw lostError('download', this.name);
    if (tight || channels === 4) return read.slice(0, size);
    return Float32Array.from({ length: size }, (_, i) => read[i * 4]);
  }

  free({ texture }: TextureHandle): void {
    this.#gl.deleteTexture(texture);
    this.#textures--;
  }

  describe() {
    return { mode: 'webgl2', kernels: this.#kernels.size, untuned: [], details: { adapter: this.#adapter, textures: this.#textures } };
  }

  async destroy(): Promise<void> {
    this.#kernels.clear();
    await this.#gpu.destroy();
    loseWebGl2(this.#gl);
  }

  #compile(launch: Launch<TextureHandle>): WebGl2Kernel {
    const { kernel, plan, inputs, scalars } = launch;
    const types = inputs.map(({ channels }) => (channels === 1 ? 'ArrayTexture(1)' : 'MemoryOptimizedNumberTexture'));
    const settings = { pipeline: true, precision: 'single', tactic: 'precision' } as const;
    const compiled = createKernel(this.#gpu, kernel, plan, types, scalars.length, settings).kernel as WebGl2Kernel;
    try {
      withSquareTextures(() => compiled.build(...this.#arguments(compiled, launch), ...scalars));
      assertMode(compiled, kernel.name, 'webgl2');
      assertReturns(kernel, plan, compiled.returnType === 'Array(4)' ? 4 : 1);
      this.#gl.deleteTexture(compiled.texture.texture);
      compiled.texture.texture = TAKEN;
      return compiled;
    } catch (error) {
      compiled.destroy();
      throw error;
    }
  }

  /** The inputs under the shapes the plan asks for. */
  #arguments(kernel: WebGl2Kernel, { plan, inputs }: Launch<TextureHandle>): object[] {
    const context = this.#gl;
    return inputs.map(({ texture, width, height, channels }, i) => {
      const output = innermostFirst(plan.views[i]);
      const dimensions = [...output, 1, 1].slice(0, 3);
      return new gpujs.Texture({ texture, size: [width, height], dimensions, output, context, type: channels === 1 ? 'ArrayTexture(1)' : 'MemoryOptimizedNumberTexture', kernel });
    });
  }

  #allocate(label: string, width: number, height: number, channels: 1 | 4): TextureHandle {
    const gl = this.#gl;
    if (Math.max(width, height) > this.#maxSide) {
      throw new DeviceError({
        code: 'DEVICE_MEMORY',
        message: `${label}: takes ${width * height * channels} numbers, but a texture of "webgl2" holds ${this.#maxSide ** 2 * channels}.`,
        help: 'use a smaller batch.',
      });
    }
    const texture = gl.createTexture();
    gl.activeTexture(gl.TEXTURE15);
    gl.bindTexture(gl.TEXTURE_2D, texture);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
    gl.texStorage2D(gl.TEXTURE_2D, 1, channels === 1 ? gl.R32F : gl.RGBA32F, width, height);
    this.#textures++;
    return { texture, width, height, channels };
  }

  /** Waits until the GPU has done all that was asked so far, without holding up the page. */
  async #finished(): Promise<void> {
    const gl = this.#gl;
    const sync = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0) as WebGLSync;
    gl.flush();
    while (!gl.isContextLost()) {
      const state = gl.clientWaitSync(sync, 0, 0);
      if (state !== gl.TIMEOUT_EXPIRED) break;
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
    gl.deleteSync(sync);
  }

  #assertWell(user: string, cause?: unknown): void {
    if (this.#gl.isContextLost()) throw lostError(user, this.name, cause);
  }
}

/**
 * gpu.js lays a grid of two sizes out as a texture of these sides, which fails where one is longer than a texture may be.
 * Near-square textures hold every grid, and depend on the number of elements alone, so that a kernel may rely on the size of its inputs.
 */
function withSquareTextures(build: () => void): void {
  const { utils } = gpujs;
  const { getKernelTextureSize } = utils;
  utils.getKernelTextureSize = (_settings, output) => utils.closestSquareDimensions(sizeOf(output));
  try {
    build();
  } finally {
    utils.getKernelTextureSize = getKernelTextureSize;
  }
}
