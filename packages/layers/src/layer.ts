import type { Device, DeviceTensor, RandomStream, Shape } from '@convkit/tensor';
import type { Initialiser } from './initialisers.js';

/** A parameter a layer asks for. */
export interface ParameterSpec {
  /** Short name inside the layer: `weight`, `bias`. The stack puts the layer's name before it: `conv1.weight`. */
  readonly name: string;
  readonly shape: Shape;
  /** How many inputs reach one output; initialisers scale by it. */
  readonly fanIn: number;
  readonly initialise: Initialiser;
}

/** Where a forward pass runs and what it may draw from. */
export interface ForwardContext {
  readonly device: Device;
  /** Whether dropout and the like are on. */
  readonly training: boolean;
  /** Random numbers of this layer for one place of the run; layers that draw nothing ignore it. */
  readonly random: { readonly stream: RandomStream; readonly step: number };
}

/** What a layer reads in a forward pass. */
export interface ForwardInput {
  /** Borrowed, unless `donateX` says that nobody reads it afterwards. */
  readonly x: DeviceTensor;
  readonly donateX: boolean;
  /** The layer's own parameters by short name; borrowed. */
  readonly parameters: Readonly<Record<string, DeviceTensor>>;
}

/** What a forward pass makes. All of it belongs to the caller. */
export interface ForwardOutput {
  readonly y: DeviceTensor;
  /** What only this layer needs again in backward: a mask, a running sum. */
  readonly scratch: readonly DeviceTensor[];
}

/** What a layer reads in a backward pass. `x` and `y` are there if the layer {@link Layer.keeps} them. */
export interface BackwardInput {
  readonly device: Device;
  /** Gradient of the loss by `y`; given up to the layer. */
  readonly dy: DeviceTensor;
  readonly x: DeviceTensor | undefined;
  readonly y: DeviceTensor | undefined;
  readonly xShape: Shape;
  readonly scratch: readonly DeviceTensor[];
  readonly parameters: Readonly<Record<string, DeviceTensor>>;
  /** False for the first layer: nobody reads the gradient by its input. */
  readonly wantDx: boolean;
}

/** What a backward pass makes. All of it belongs to the caller. */
export interface BackwardOutput {
  /** Gradient by `x`; undefined when it was not wanted. */
  readonly dx: DeviceTensor | undefined;
  /** Gradients by short parameter name. */
  readonly gradients: Readonly<Record<string, DeviceTensor>>;
}

/**
 * A layer is a description without state. It says what it keeps for backward, its shapes and parameters, and runs both ways.
 * Shapes include the batch: `[N, H, W, C]` or `[N, features]`.
 */
export interface Layer {
  /** Unique in its stack, such as `conv1`. */
  readonly name: string;
  /** What kind it is, such as `conv2d`. */
  readonly kind: string;
  /** Which of its boundary activations backward reads. */
  readonly keeps: readonly ('x' | 'y')[];
  /** @throws ShapeError naming the layer, when `x` does not fit. */
  outputShape(x: Shape): Shape;
  parameters(x: Shape): readonly ParameterSpec[];
  /** Multiply-adds of one forward pass; only convolutions and dense layers count, biases do not. */
  multiplyAdds(x: Shape): number;
  forward(context: ForwardContext, input: ForwardInput): Promise<ForwardOutput>;
  backward(input: BackwardInput): Promise<BackwardOutput>;
}
