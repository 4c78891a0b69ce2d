import type { Device } from './device.js';
import type { Shape } from './shape.js';

/**
 * Numbers that live on a device. It has exactly one owner, who lets go of it by `using`, by {@link DeviceTensor.release}, or by donating it to a launch.
 * Only a device makes one.
 */
export class DeviceTensor implements Disposable {
  /** @internal Devices make tensors. */
  constructor(
    /** Where it lives; no other device takes it. */
    readonly device: Device,
    /** Sizes of the axes, outermost first. It can be read after a release, too. */
    readonly shape: Shape,
    /** Name in messages and reports. */
    readonly label: string,
  ) {}

  /** Whether it has been released or donated. */
  get released(): boolean {
    return !this.device.owns(this);
  }

  /** Frees the memory. @throws OwnershipError `TENSOR_RELEASED` when it is gone already. */
  release(): void {
    this.device.release(this);
  }

  /** The same memory under another shape; this tensor is used up. */
  reshape(shape: Shape): DeviceTensor {
    return this.device.reshape(this, shape);
  }

  /** Lets `using` release it; does nothing if it was released or donated before. */
  [Symbol.dispose](): void {
    if (!this.released) this.release();
  }
}
