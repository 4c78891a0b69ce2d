import { DeviceTensor } from './device-tensor.js';
import type { Device, DeviceLimits, DeviceReport, RunOptions } from './device.js';
import { DeviceError, OwnershipError, ShapeError } from './errors.js';
import type { Attributes, KernelSpec, LaunchPlan } from './kernel-spec.js';
import { assertShape, formatShape, sizeOf, type Shape } from './shape.js';
import { Tensor } from './tensor.js';

/** One launch, ready for an engine: the plan is checked and the arguments belong together. */
export interface Launch<Handle> {
  /** What is launched. */
  readonly kernel: KernelSpec;
  /** Shapes, views, grid and constants of this launch. */
  readonly plan: LaunchPlan;
  /** Names the compiled kernel: equal keys may share one. */
  readonly key: string;
  /** Handles of the inputs, in the order of `kernel.inputs`. */
  readonly inputs: readonly Handle[];
  /** Values of `kernel.scalars`, in their order. */
  readonly scalars: readonly number[];
  /** For each input whether the caller has given it up. An engine that takes its memory over returns the same handle. */
  readonly donated: readonly boolean[];
  /** The attributes, for engines that map specs to tuned code. */
  readonly attributes: Attributes;
}

/** What an engine has to do; {@link openDevice} adds ownership, checks, the ledger and the counts. */
export interface Engine<Handle> {
  /** The name that the device gets. */
  readonly name: string;
  /** The limits that the device gets. */
  readonly limits: DeviceLimits;
  /** Copies the numbers to the device. */
  upload(data: Float32Array, label: string): Promise<Handle>;
  /** Returns a handle of `sizeOf(plan.output)` numbers: a new one, or that of a donated input. */
  launch(launch: Launch<Handle>): Promise<Handle>;
  /** Reads `size` numbers into an array of the caller's own. */
  download(handle: Handle, size: number): Promise<Float32Array>;
  /** Gives the memory of a handle back. */
  free(handle: Handle): void;
  /** The engine's part of the device's report. */
  describe(): Pick<DeviceReport, 'mode' | 'kernels' | 'untuned' | 'details'>;
  /** Gives back everything: kernels, workers, the connection to the GPU. */
  destroy(): Promise<void>;
}

/** Makes a {@link Device} out of an engine: every tensor has one owner, every launch is checked before it reaches the engine. */
export function openDevice<Handle>(engine: Engine<Handle>): Device {
  return new LedgerDevice(engine);
}

class LedgerDevice<Handle> implements Device {
  readonly name: string;
  readonly limits: DeviceLimits;
  readonly #engine: Engine<Handle>;
  /** The live tensors; the single truth about who owns what. */
  readonly #ledger = new Map<DeviceTensor, Handle>();
  /** A number for each kernel: two kernels may have one name, and must not share what is compiled. */
  readonly #kernels = new WeakMap<object, number>();
  #kernelCount = 0;
  #bytes = 0;
  #peakBytes = 0;
  #launches = 0;
  #destroyed = false;

  constructor(engine: Engine<Handle>) {
    this.#engine = engine;
    this.name = engine.name;
    this.limits = engine.limits;
  }

  async upload(shape: Shape, data: Float32Array, label = 'tensor'): Promise<DeviceTensor> {
    this.#assertOpen(label);
    assertShape(shape, label);
    if (sizeOf(shape) !== data.length) {
      throw new ShapeError({
        code: 'SHAPE_MISMATCH',
        message: `${label}: shape ${formatShape(shape)} holds ${sizeOf(shape)} numbers, but ${data.length} were given.`,
      });
    }
    return this.#admit(await this.#engine.upload(data, label), shape, label);
  }

  async run<A extends Attributes>(kernel: KernelSpec<A>, inputs: readonly DeviceTensor[], attributes: A, options: RunOptions = {}): Promise<DeviceTensor> {
    this.#assertOpen(kernel.name);
    const handles = inputs.map((input) => this.#handle(input, kernel.name));
    const donate = options.donate ?? [];
    assertInputs(kernel, inputs);
    const plan = kernel.plan(inputs.map((input) => input.shape), attributes);
    assertPlan(kernel, plan, inputs);
    const stray = donate.find((tensor) => !inputs.includes(tensor));
    if (stray !== undefined) {
      throw new OwnershipError({ code: 'TENSOR_FOREIGN', message: `${kernel.name}: "${stray.label}" is donated but is no input of this launch.` });
    }
    this.#launches++;
    let result: Handle | undefined;
    try {
      result = await this.#engine.launch({
        kernel: kernel as unknown as KernelSpec,
        plan,
        key: `${this.#nameOf(kernel)} ${launchKey(kernel, inputs, attributes)}`,
        inputs: handles,
        scalars: kernel.scalars.map((name) => attributes[name] as number),
        donated: inputs.map((input) => donate.includes(input)),
        attributes,
      });
      // Until a donated input is freed, it and a result elsewhere are there together.
      if (!handles.includes(result)) this.#peakBytes = Math.max(this.#peakBytes, this.#bytes + bytesOf(plan.output));
    } finally {
      for (const tensor of new Set(donate)) {
        const handle = this.#strike(tensor);
        if (handle !== result) this.#engine.free(handle);
      }
    }
    return this.#admit(result as Handle, plan.output, options.label ?? kernel.name);
  }

  async download(tensor: DeviceTensor): Promise<Tensor> {
    const handle = this.#handle(tensor, 'download');
    return new Tensor(tensor.shape, await this.#engine.download(handle, sizeOf(tensor.shape)));
  }

  reshape(tensor: DeviceTensor, shape: Shape): DeviceTensor {
    assertShape(shape, tensor.label);
    this.#handle(tensor, 'reshape');
    if (sizeOf(shape) !== sizeOf(tensor.shape)) {
      throw new ShapeError({
        code: 'SHAPE_MISMATCH',
        message: `${tensor.label}: ${formatShape(tensor.shape)} cannot be seen as ${formatShape(shape)}, they hold ${sizeOf(tensor.shape)} and ${sizeOf(shape)} numbers.`,
      });
    }
    return this.#admit(this.#strike(tensor), shape, tensor.label);
  }

  release(tensor: DeviceTensor): void {
    // A destroyed device has freed everything already; owners that let go afterwards are right to do so.
    if (this.#destroyed) return;
    this.#handle(tensor, 'release');
    this.#engine.free(this.#strike(tensor));
  }

  owns(tensor: DeviceTensor): boolean {
    return this.#ledger.has(tensor);
  }

  report(): DeviceReport {
    return {
      name: this.name,
      ...this.#engine.describe(),
      tensors: this.#ledger.size,
      bytes: this.#bytes,
      peakBytes: this.#peakBytes,
      launches: this.#launches,
      live: () => [...this.#ledger.keys()].map(({ label, shape }) => ({ label, shape })),
    };
  }

  async destroy(): Promise<void> {
    if (this.#destroyed) return;
    for (const tensor of [...this.#ledger.keys()]) this.#engine.free(this.#strike(tensor));
    this.#destroyed = true;
    await this.#engine.destroy();
  }

  #admit(handle: Handle, shape: Shape, label: string): DeviceTensor {
    const tensor = new DeviceTensor(this, [...shape], label);
    this.#ledger.set(tensor, handle);
    this.#bytes += bytesOf(shape);
    this.#peakBytes = Math.max(this.#peakBytes, this.#bytes);
    return tensor;
  }

  #strike(tensor: DeviceTensor): Handle {
    const handle = this.#handle(tensor, 'release');
    this.#ledger.delete(tensor);
    this.#bytes -= bytesOf(tensor.shape);
    return handle;
  }

  #handle(tensor: DeviceTensor, user: string): Handle {
    // Another copy of this package makes tensors of another class.
    if ((tensor as Partial<DeviceTensor> | undefined)?.device === undefined) {
      throw new OwnershipError({ code: 'TENSOR_FOREIGN', message: `${user}: was given something that is not on a device.`, help: 'upload tensors first; of the parameters of a network uploadParameters() does.' });
    }
    if (tensor.device !== this) {
      throw new OwnershipError({
        code: 'TENSOR_FOREIGN',
        message: `${user}: "${tensor.label}" ${formatShape(tensor.shape)} lives on the device "${tensor.device.name}", not on this "${this.name}".`,
        help: 'download it there and upload it here.',
      });
    }
    this.#assertOpen(user);
    if (!this.#ledger.has(tensor)) {
      throw new OwnershipError({
        code: 'TENSOR_RELEASED',
        message: `${user}: "${tensor.label}" ${formatShape(tensor.shape)} was released or donated before.`,
        help: 'use the tensor before you give it up, or leave it out of `donate`.',
      });
    }
    return this.#ledger.get(tensor) as Handle;
  }

  #nameOf(kernel: { readonly name: string }): string {
    const number = this.#kernels.get(kernel) ?? this.#kernelCount++;
    this.#kernels.set(kernel, number);
    return `${kernel.name}#${number}`;
  }

  #assertOpen(user: string): void {
    if (this.#destroyed) {
      throw new DeviceError({ code: 'DEVICE_DESTROYED', message: `${user}: the device "${this.name}" was destroyed.` });
    }
  }
}

function bytesOf(shape: Shape): number {
  return sizeOf(shape) * Float32Array.BYTES_PER_ELEMENT;
}

/** What specialises a kernel: the shapes it reads and the attributes that are not handed over at run time. */
function launchKey<A extends Attributes>(kernel: KernelSpec<A>, inputs: readonly DeviceTensor[], attributes: A): string {
  const fixed = Object.entries(attributes).filter(([name]) => !kernel.scalars.includes(name));
  return `${inputs.map((input) => input.shape.join('x')).join(' ')} ${JSON.stringify(fixed)}`;
}

/** Counted before the plan, which takes its inputs apart. */
function assertInputs<A extends Attributes>(kernel: KernelSpec<A>, inputs: readonly DeviceTensor[]): void {
  if (inputs.length === kernel.inputs.length) return;
  throw new ShapeError({
    code: 'SHAPE_MISMATCH',
    message: `${kernel.name}: takes ${kernel.inputs.length} tensors (${kernel.inputs.join(', ')}), but ${inputs.length} were given.`,
  });
}

/** A plan that contradicts itself is an error in the kernel, and would read foreign memory on a device. */
function assertPlan<A extends Attributes>(kernel: KernelSpec<A>, plan: LaunchPlan, inputs: readonly DeviceTensor[]): void {
  const fail = (message: string) => {
    throw new ShapeError({ code: 'SHAPE_MISMATCH', message: `${kernel.name}: ${message}` });
  };
  assertShape(plan.output, `${kernel.name}: output`);
  assertShape(plan.grid, `${kernel.name}: grid`);
  if (plan.views.length !== inputs.length) fail(`the plan views ${plan.views.length} inputs, but there are ${inputs.length}.`);
  plan.views.forEach((view, i) => {
    if (view.length < 1 || view.length > 3) fail(`the view ${formatShape(view)} of ${kernel.inputs[i]} must have one to three sizes.`);
    if (sizeOf(view) !== sizeOf(inputs[i].shape)) fail(`${kernel.inputs[i]} ${formatShape(inputs[i].shape)} cannot be viewed as ${formatShape(view)}.`);
  });
  if (plan.grid.length < 1 || plan.grid.length > 3) fail(`the grid ${formatShape(plan.grid)} must have one to three sizes.`);
  if (sizeOf(plan.grid) * plan.returns !== sizeOf(plan.output)) {
    fail(`a grid of ${formatShape(plan.grid)} with ${plan.returns} results a thread does not fill the output ${formatShape(plan.output)}.`);
  }
}
