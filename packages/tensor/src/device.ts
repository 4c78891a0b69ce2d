import type { DeviceTensor } from './device-tensor.js';
import type { Attributes, KernelSpec } from './kernel-spec.js';
import type { Shape } from './shape.js';
import type { Tensor } from './tensor.js';

/** Names a user may ask for. `cpu` is the tuned WebAssembly engine; `auto` takes the best one that is really there. */
export type DeviceName = 'webgpu' | 'webgl2' | 'gpujs-webasm' | 'gpujs-cpu' | 'cpu' | 'host';

/** What a device can bear, so that callers may cut work to size. */
export interface DeviceLimits {
  /** The longest sum one thread should run; `Infinity` where there is no watchdog to fear. */
  readonly maxTermsPerThread: number;
}

/** Options of one launch. */
export interface RunOptions {
  /** Inputs the caller gives up: the engine may reuse their memory for the result, and releases them otherwise. */
  readonly donate?: readonly DeviceTensor[];
  /** Name of the result, for messages and reports; the kernel's name by default. */
  readonly label?: string;
}

/** What a device holds and what it really ran on. */
export interface DeviceReport {
  /** Name of the device. */
  readonly name: string;
  /** The mode that really ran: `webgpu`, `webgl2`, `webasm`, `cpu`, `host`, … */
  readonly mode: string;
  /** How many tensors are live. */
  readonly tensors: number;
  /** Four for each number of a live tensor. */
  readonly bytes: number;
  /** The most bytes that were live at once. */
  readonly peakBytes: number;
  /** Compiled kernels held in the cache. */
  readonly kernels: number;
  /** Launches since the device was opened. */
  readonly launches: number;
  /** Names of kernels that ran by their plain body although the engine has tuned code for others. */
  readonly untuned: readonly string[];
  /** Adapter, threads and the like, as the engine knows them. */
  readonly details: Readonly<Record<string, string | number | boolean>>;
  /** Labels and shapes of the live tensors, oldest first. */
  live(): readonly {
    /** What it was called when it was made, see {@link RunOptions.label}. */
    readonly label: string;
    /** Its sizes, the first axis first. */
    readonly shape: Shape;
  }[];
}

/**
 * A place where kernels run. Everything is asynchronous; only {@link Device.download} reads results back.
 * Every tensor it hands out has one owner, who releases or donates it.
 */
export interface Device {
  /** Such as `webgpu`, `cpu` or `host`. */
  readonly name: string;
  /** What launches have to keep to. */
  readonly limits: DeviceLimits;
  /** Copies host numbers onto the device. @throws ShapeError `SHAPE_MISMATCH` */
  upload(shape: Shape, data: Float32Array, label?: string): Promise<DeviceTensor>;
  /** Launches a kernel. @throws ShapeError, OwnershipError, DeviceError */
  run<A extends Attributes>(kernel: KernelSpec<A>, inputs: readonly DeviceTensor[], attributes: A, options?: RunOptions): Promise<DeviceTensor>;
  /** Copies a tensor back to the host; the tensor stays. */
  download(tensor: DeviceTensor): Promise<Tensor>;
  /** The same memory under another shape; the given tensor is used up. @throws ShapeError `SHAPE_MISMATCH` */
  reshape(tensor: DeviceTensor, shape: Shape): DeviceTensor;
  /** Frees a tensor. Releasing it twice is an error. @throws OwnershipError `TENSOR_RELEASED` */
  release(tensor: DeviceTensor): void;
  /** Whether the tensor is live on this device. */
  owns(tensor: DeviceTensor): boolean;
  /** What the device is and holds at this moment. */
  report(): DeviceReport;
  /** Frees everything; the device cannot be used afterwards. */
  destroy(): Promise<void>;
}
