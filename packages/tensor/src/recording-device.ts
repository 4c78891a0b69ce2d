import { DeviceTensor } from './device-tensor.js';
import type { Device, DeviceLimits, DeviceReport, RunOptions } from './device.js';
import type { Attributes, KernelSpec } from './kernel-spec.js';
import type { Shape } from './shape.js';
import type { Tensor } from './tensor.js';

/** One line of a recording: a verb that moved data, in the order the calls were made. */
export interface RecordedCall {
  /** What was asked of the device. */
  readonly verb: 'upload' | 'run' | 'download' | 'release';
  /** Label of the tensor, or name of the kernel. */
  readonly name: string;
  /** Shapes read. */
  readonly inputs: readonly Shape[];
  /** Shape made, for `upload` and `run`. */
  readonly output?: Shape;
  /** Labels of the inputs that were given up. */
  readonly donated?: readonly string[];
}

/** A device that writes down what is asked of it. */
export interface RecordingDevice extends Device {
  /** All calls since the last `clear`, oldest first. */
  readonly calls: readonly RecordedCall[];
  /** Forgets the calls so far. */
  clear(): void;
}

/**
 * Wraps a device and writes down every upload, launch, download and release; the work is done by the wrapped device.
 * Its tensors belong to the recording, so that nothing done with them goes past it.
 *
 * @example
 * ```ts
 * import { openHostDevice, recordDevice } from '@convkit/tensor';
 *
 * const device = recordDevice(openHostDevice());
 * const x = await device.upload([2], new Float32Array([1, 2]), 'x');
 * await device.download(x);
 * x.release();
 * console.log(device.calls.map(({ verb, name }) => `${verb} ${name}`)); // [ 'upload x', 'download x', 'release x' ]
 * ```
 */
export function recordDevice(device: Device): RecordingDevice {
  return new Recorder(device);
}

class Recorder implements RecordingDevice {
  readonly name: string;
  readonly limits: DeviceLimits;
  readonly #device: Device;
  /** The wrapped device's tensor behind each of this one's. */
  readonly #inner = new WeakMap<DeviceTensor, DeviceTensor>();
  #calls: RecordedCall[] = [];

  constructor(device: Device) {
    this.#device = device;
    this.name = device.name;
    this.limits = device.limits;
  }

  get calls(): readonly RecordedCall[] {
    return this.#calls;
  }

  clear(): void {
    this.#calls = [];
  }

  async upload(shape: Shape, data: Float32Array, label?: string): Promise<DeviceTensor> {
    const tensor = this.#wrap(await this.#device.upload(shape, data, label));
    this.#calls.push({ verb: 'upload', name: tensor.label, inputs: [], output: tensor.shape });
    return tensor;
  }

  async run<A extends Attributes>(kernel: KernelSpec<A>, inputs: readonly DeviceTensor[], attributes: A, options: RunOptions = {}): Promise<DeviceTensor> {
    const donate = options.donate ?? [];
    const inner = { ...options, donate: donate.map((tensor) => this.#unwrap(tensor)) };
    const tensor = this.#wrap(await this.#device.run(kernel, inputs.map((input) => this.#unwrap(input)), attributes, inner));
    this.#calls.push({ verb: 'run', name: kernel.name, inputs: inputs.map(({ shape }) => shape), output: tensor.shape, donated: donate.map(({ label }) => label) });
    return tensor;
  }

  async download(tensor: DeviceTensor): Promise<Tensor> {
    this.#calls.push({ verb: 'download', name: tensor.label, inputs: [tensor.shape] });
    return this.#device.download(this.#unwrap(tensor));
  }

  reshape(tensor: DeviceTensor, shape: Shape): DeviceTensor {
    return this.#wrap(this.#device.reshape(this.#unwrap(tensor), shape));
  }

  release(tensor: DeviceTensor): void {
    this.#calls.push({ verb: 'release', name: tensor.label, inputs: [tensor.shape] });
    this.#device.release(this.#unwrap(tensor));
  }

  owns(tensor: DeviceTensor): boolean {
    return this.#device.owns(this.#unwrap(tensor));
  }

  report(): DeviceReport {
    return this.#device.report();
  }

  async destroy(): Promise<void> {
    await this.#device.destroy();
  }

  #wrap(inner: DeviceTensor): DeviceTensor {
    const tensor = new DeviceTensor(this, inner.shape, inner.label);
    this.#inner.set(tensor, inner);
    return tensor;
  }

  /** A tensor made elsewhere goes through as it is: the wrapped device knows whether it is its own. */
  #unwrap(tensor: DeviceTensor): DeviceTensor {
    return this.#inner.get(tensor) ?? tensor;
  }
}
