import type { DeviceTensor } from './device-tensor.js';
import type { Device, DeviceLimits, DeviceReport, RunOptions } from './device.js';
import type { Attributes, KernelSpec } from './kernel-spec.js';
import type { Shape } from './shape.js';
import type { Tensor } from './tensor.js';

/**
 * A device that knows what its time went into. After every upload and launch it waits until the device is done, and adds what has passed since the one before to the
 * owner of the result: its label up to the first dot, such as `conv1` of `conv1.conv2d_forward`. What the host did in between is thereby the owner's, too.
 *
 * The wrapped device does the work, and the tensors are its own. Waiting costs time: totals are to be measured without.
 */
export class TimedDevice implements Device {
  readonly name: string;
  readonly limits: DeviceLimits;
  readonly #device: Device;
  readonly #wait: () => Promise<void>;
  readonly #now: () => number;
  #times = new Map<string, number>();
  #last: number;

  /**
   * @param wait Resolves when all that was launched on `device` is done.
   * @param now Milliseconds.
   */
  constructor(device: Device, wait: () => Promise<void>, now: () => number = () => performance.now()) {
    this.#device = device;
    this.#wait = wait;
    this.#now = now;
    this.#last = now();
    this.name = device.name;
    this.limits = device.limits;
  }

  /** Milliseconds by owner since the last call, or since the device was made; from now on they count anew. */
  lap(): ReadonlyMap<string, number> {
    const times = this.#times;
    this.#times = new Map();
    this.#last = this.#now();
    return times;
  }

  upload(shape: Shape, data: Float32Array, label?: string): Promise<DeviceTensor> {
    return this.#time(this.#device.upload(shape, data, label));
  }

  run<A extends Attributes>(kernel: KernelSpec<A>, inputs: readonly DeviceTensor[], attributes: A, options?: RunOptions): Promise<DeviceTensor> {
    return this.#time(this.#device.run(kernel, inputs, attributes, options));
  }

  download(tensor: DeviceTensor): Promise<Tensor> {
    return this.#device.download(tensor);
  }

  reshape(tensor: DeviceTensor, shape: Shape): DeviceTensor {
    return this.#device.reshape(tensor, shape);
  }

  release(tensor: DeviceTensor): void {
    this.#device.release(tensor);
  }

  owns(tensor: DeviceTensor): boolean {
    return this.#device.owns(tensor);
  }

  report(): DeviceReport {
    return this.#device.report();
  }

  destroy(): Promise<void> {
    return this.#device.destroy();
  }

  async #time(making: Promise<DeviceTensor>): Promise<DeviceTensor> {
    const made = await making;
    await this.#wait();
    const [owner] = made.label.split('.', 1);
    const now = this.#now();
    this.#times.set(owner, (this.#times.get(owner) ?? 0) + now - this.#last);
    this.#last = now;
    return made;
  }
}
