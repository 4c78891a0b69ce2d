import * as namespace from 'gpu.js';
import { version } from 'gpu.js/package.json';
import { DeviceError, type KernelSpec, type LaunchPlan, type Shape } from '@convkit/tensor';
import { plainStatements } from './plain-statements.js';
import type { SyntaxNode } from './syntax-node.js';
import { uniqueNames } from './unique-names.js';

// The only file that imports gpu.js. Its own types miss most of what is used here and call everything synchronous; these are the parts the engines rely on,
// inner ones among them. So the version is exact.

/** The version whose insides the engines know. */
const GPUJS_VERSION = '2.24.1';

/** What `createKernel` returns: call it with the arguments. */
export interface GpuKernel {
  (...args: readonly unknown[]): unknown;
  readonly kernel: GpuKernelInternals;
}

/** The kernel object behind the callable. */
export interface GpuKernelInternals {
  readonly constructor: { readonly mode: string };
  onRequestFallback: () => never;
  build(...args: readonly unknown[]): unknown;
  run(...args: readonly unknown[]): unknown;
  destroy(): void;
}

/** A gpu.js instance. */
export interface GpuInstance {
  readonly kernels: GpuKernelInternals[];
  createKernel(source: string, settings: GpuKernelSettings): GpuKernel;
  destroy(): Promise<void>;
}

/** Settings of one kernel; sizes innermost first. */
export interface GpuKernelSettings {
  readonly output: readonly number[];
  readonly constants?: Readonly<Record<string, number>>;
  readonly constantTypes?: Readonly<Record<string, 'Integer'>>;
  readonly argumentTypes?: readonly string[];
  readonly loopMaxIterations?: number;
  readonly pipeline?: boolean;
  readonly asyncMode?: boolean;
  readonly precision?: 'single';
  readonly tactic?: 'precision';
}

/** The device that all kernels of mode `webgpu` share. */
export interface GpuContext {
  readonly adapter: GPUAdapter;
  readonly device: GPUDevice;
  readonly isLost: boolean;
}

interface GpuJs {
  readonly GPU: new (options: { readonly mode: string; readonly canvas?: object; readonly context?: object }) => GpuInstance;
  readonly Input: new (value: Float32Array, size: readonly number[]) => object;
  readonly Texture: new (settings: {
    readonly texture: WebGLTexture;
    readonly size: ArrayLike<number>;
    readonly dimensions: readonly number[];
    readonly output: readonly number[];
    readonly context: WebGL2RenderingContext;
    readonly type: string;
    readonly kernel: object;
  }) => object;
  readonly WebGPUBufferResult: new (settings: {
    readonly buffer: GPUBuffer;
    readonly output: readonly number[];
    readonly componentCount: 1;
    readonly context: GpuContext;
    readonly kernel: GpuKernelInternals;
  }) => { readonly buffer: GPUBuffer };
  readonly WebGPUContext: { acquire(): Promise<GpuContext>; destroy(): Promise<void> };
  readonly WebGL2Kernel: unknown;
  readonly FunctionNode: new (source: string, settings: { readonly name: string; readonly output: readonly number[] }) => { traceFunctionAST(): void; getJsAST(): SyntaxNode };
  readonly WebAssemblyFunctionNode: { readonly prototype: unknown };
  readonly utils: {
    getKernelTextureSize: (settings: unknown, output: readonly number[]) => Int32Array;
    closestSquareDimensions(length: number): Int32Array;
  };
}

if (version !== GPUJS_VERSION) {
  throw new DeviceError({
    code: 'DEVICE_UNAVAILABLE',
    message: `This package drives the insides of gpu.js ${GPUJS_VERSION}, but found gpu.js ${version}.`,
    help: `install gpu.js ${GPUJS_VERSION}.`,
  });
}

const loaded = namespace as unknown as GpuJs & { readonly default?: GpuJs };

/** gpu.js itself, whether its module came as a namespace or as the default of one. */
export const gpujs: GpuJs = loaded.default ?? loaded;

/** Sizes as gpu.js wants them: innermost first. */
export function innermostFirst(shape: Shape): number[] {
  return [...shape].reverse();
}

/** The text of a body as gpu.js understands it, also when a minifier has been over it. */
export function sourceOf({ body }: KernelSpec): string {
  return [plainStatements, uniqueNames].reduce(rewrite, body.toString());
}

function rewrite(source: string, change: (tree: SyntaxNode, text: string) => string): string {
  const parser = new gpujs.FunctionNode(source, { name: 'kernel', output: [1] });
  // Parsing alone: types are found when the kernel is built.
  parser.traceFunctionAST = () => {};
  const tree = parser.getJsAST();
  const shift = ' '.repeat(tree.start);
  return change(tree, shift + source).slice(shift.length);
}

/** Makes a gpu.js kernel of a body: whole-number constants stay whole, tensors come before scalars, loops run to their end, and nothing falls back to the CPU. */
export function createKernel(
  gpu: GpuInstance,
  kernel: KernelSpec,
  plan: LaunchPlan,
  argumentTypes: readonly string[],
  scalars: number,
  settings: Omit<GpuKernelSettings, 'output'> = {},
): GpuKernel {
  const made = gpu.createKernel(sourceOf(kernel), {
    ...settings,
    output: innermostFirst(plan.grid),
    constants: plan.constants,
    constantTypes: Object.fromEntries(Object.keys(plan.constants).map((constant) => [constant, 'Integer' as const])),
    argumentTypes: [...argumentTypes, ...Array.from({ length: scalars }, () => 'Float')],
    loopMaxIterations: 2 ** 31 - 1,
  });
  const wanted = modeOf(made.kernel);
  made.kernel.onRequestFallback = () => {
    throw fallbackError(kernel.name, wanted, 'cpu');
  };
  return made;
}

/** The mode a kernel really runs in; the engines accept no other than their own. @throws DeviceError `DEVICE_FALLBACK` */
export function assertMode(kernel: GpuKernelInternals, name: string, wanted: string): void {
  const got = modeOf(kernel);
  if (got !== wanted) throw fallbackError(name, wanted, got);
}

/** gpu.js calls WebGL of every version `gpu`. */
function modeOf({ constructor }: GpuKernelInternals): string {
  return constructor === gpujs.WebGL2Kernel ? 'webgl2' : constructor.mode;
}

function fallbackError(name: string, wanted: string, got: string): DeviceError {
  return new DeviceError({
    code: 'DEVICE_FALLBACK',
    message: `${name}: should run in mode ${wanted}, but gpu.js wanted mode ${got}.`,
    help: 'keep the body inside the kernel dialect, or open the device "gpujs-cpu".',
  });
}
