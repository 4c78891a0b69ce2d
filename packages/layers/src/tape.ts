import { OwnershipError, type DeviceTensor } from '@convkit/tensor';
import type { Layer, LayerDevice } from './layer.js';

/** One layer's part of a forward pass. `x` and `y` are released already if neither neighbour keeps them. */
export interface TapeStep {
  /** The layer that ran. */
  readonly layer: Layer;
  /** What it read. */
  readonly x: DeviceTensor;
  /** What it made. */
  readonly y: DeviceTensor;
  /** What only this layer needs again in backward. */
  readonly scratch: readonly DeviceTensor[];
  /** Of the stacks inside the layer. */
  readonly tapes: readonly Tape[];
  /** The layer's parameters by short name; borrowed. */
  readonly parameters: Readonly<Record<string, DeviceTensor>>;
}

/**
 * What a forward pass keeps for its backward pass. It owns every activation between two layers that one of them keeps, and all scratch;
 * the stack's input and result stay with the caller. Used up by `Sequential.backward`; otherwise to be let go of by {@link Tape.release} or `using`.
 */
export class Tape implements Disposable {
  #steps: readonly TapeStep[] | undefined;

  /** @internal Made by `Sequential.forward`. */
  constructor(
    /** Where its tensors live. */
    readonly device: LayerDevice,
    steps: readonly TapeStep[],
  ) {
    this.#steps = steps;
  }

  /** Releases what it holds; does nothing once it is used up. */
  release(): void {
    for (const tensor of this.held()) tensor[Symbol.dispose]();
    this.#steps = undefined;
  }

  /** @internal Every tensor it owns, live or not; none once it is used up. */
  held(): readonly DeviceTensor[] {
    return heldBy(this.#steps ?? []);
  }

  /** The same as {@link Tape.release}, for `using`. */
  [Symbol.dispose](): void {
    this.release();
  }

  /** @internal Hands everything over to a backward pass. @throws OwnershipError `TENSOR_RELEASED` */
  take(): readonly TapeStep[] {
    const steps = this.#steps;
    if (steps === undefined) {
      throw new OwnershipError({ code: 'TENSOR_RELEASED', message: 'backward: the tape was used or released before.', help: 'every backward pass needs a forward pass of its own.' });
    }
    this.#steps = undefined;
    return steps;
  }
}

/** Every tensor these steps own, live or not. */
export function heldBy(steps: readonly TapeStep[]): readonly DeviceTensor[] {
  return steps.flatMap(({ x, scratch, tapes }, i) => [...(i === 0 ? [] : [x]), ...scratch, ...tapes.flatMap((tape) => tape.held())]);
}
