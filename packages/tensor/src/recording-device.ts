import type { DeviceTensor } from './device-tensor.js';
import type { Device, DeviceLimits, DeviceReport, RunOptions } from './device.js';
import type { Attributes, KernelSpec } from './kernel-spec.js';
import type { Shape } from './shape.js';
import type { Tensor } from './tensor.js';

/** One line of a recording: a verb that moved data, in the order the calls were made. */
export interface RecordedCall {
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
  readonly calls: readonly RecordedCall[];
  /** Forgets the calls so far. */
  clear(): void;
}

/**
 * Wraps a device and writes down every upload, launch, download and release; the work is done by the wrapped device.
 * Shows, for instance, that a training step reads nothing back.
 */
export function recordDevice(device: Device): RecordingDevice {
  return new Recorder(device);
}

class Recorder implements RecordingDevice {
  readonly name: string;
  readonly limits: DeviceLimits;
  readonly #device: Device;
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
    const tensor = await this.#device.upload(shape, data, label);
    this.#calls.push({ verb: 'upload', name: tensor.label, inputs: [], output: tensor.shape });
    return tensor;
  }

  async run<A extends Attributes>(kernel: KernelSpec<A>, inputs: readonly DeviceTensor[], attributes: A, options: RunOptions = {}): Promise<DeviceTensor> {
    const tensor = await this.#device.run(kernel, inputs, attributes, options);
    this.#calls.push({
      verb: 'run',
      name: kernel.name,
      inputs: inputs.map((input) => input.shape),
      output: tensor.shape,
      donated: (options.donate ?? []).map((input) => input.label),
    });
    return tensor;
  }

  async download(tensor: DeviceTensor): Promise<Tensor> {
    this.#calls.push({ verb: 'download', name: tensor.label, inputs: [tensor.shape] });
    return this.#device.download(tensor);
  }

  reshape(tensor: DeviceTensor, shape: Shape): DeviceTensor {
    return this.#device.reshape(tensor, shape);
  }

  release(tensor: DeviceTensor): void {
    this.#calls.push({ verb: 'release', name: tensor.label, inputs: [tensor.shape] });
    this.#device.release(tensor);
  }

  owns(tensor: DeviceTensor): boolean {
    return this.#device.owns(tensor);
  }

  report(): DeviceReport {
    return this.#device.report();
  }

  async destroy(): Promise<void> {
    await this.#device.destroy();
  }
}
