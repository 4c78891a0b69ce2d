import * as namespace from 'gpu.js';
import type { LaunchPlan, Shape } from '@convkit/tensor';

// The only file that imports gpu.js. Its own types miss most of what is used here, and call everything synchronous; these are the parts we rely on.

/** An array argument with its sizes, innermost first. */
export type GpuInput = object;

/** What `createKernel` returns: call it with the arguments. */
export interface GpuKernel {
  (...args: readonly unknown[]): unknown;
  kernel: GpuKernelInternals;
}

/** The kernel object behind the callable. */
export interface GpuKernelInternals {
  readonly constructor: { readonly mode: string };
  onRequestFallback: () => never;
  build(...args: readonly unknown[]): void;
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
  readonly immutable?: boolean;
  readonly dynamicArguments?: boolean;
  readonly asyncMode?: boolean;
  readonly precision?: 'single';
  readonly tactic?: 'precision';
}

interface GpuJs {
  readonly GPU: new (options: { readonly mode: string }) => GpuInstance;
  readonly Input: new (value: Float32Array, size: readonly number[]) => GpuInput;
  readonly WebAssemblyKernel: { readonly isSupported: boolean; readonly isSIMDSupported: boolean; readonly isThreadsSupported: boolean };
  readonly WebAssemblyFunctionNode: { readonly prototype: unknown };
  readonly WebGL2Kernel: { readonly isSupported: boolean };
  readonly WebGPUKernel: { readonly isSupported: boolean };
  readonly WebGPUBufferResult: new (settings: object) => unknown;
  readonly WebGPUContext: unknown;
}

const loaded = namespace as unknown as GpuJs & { readonly default?: GpuJs };

/** gpu.js itself, whether its module came as a namespace or as the default of one. */
export const gpujs: GpuJs = loaded.default ?? loaded;

/** Sizes as gpu.js wants them: innermost first. */
export function innermostFirst(shape: Shape): number[] {
  return [...shape].reverse();
}

/** Settings that follow from a plan: whole-number constants stay whole, tensors come before scalars, loops run to their end. */
export function kernelSettings(plan: LaunchPlan, argumentType: string, scalars: number): GpuKernelSettings {
  return {
    output: innermostFirst(plan.grid),
    constants: plan.constants,
    constantTypes: Object.fromEntries(Object.keys(plan.constants).map((name) => [name, 'Integer' as const])),
    argumentTypes: [...plan.views.map(() => argumentType), ...Array.from({ length: scalars }, () => 'Float')],
    loopMaxIterations: Number.MAX_SAFE_INTEGER,
  };
}
