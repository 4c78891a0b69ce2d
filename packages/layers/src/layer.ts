import type { Device, DeviceTensor, Shape } from '@convkit/tensor';
import type { Initialiser } from './initialisers.js';
import type { Sequential } from './sequential.js';
import type { Tape } from './tape.js';

/** The verbs of a {@link Device} that a layer may use. Nothing here reads back or frees: the stack does that. */
export type LayerDevice = Pick<Device, 'limits' | 'upload' | 'run' | 'reshape'>;

/** Evaluation, or training together with the place in the run that random layers draw for. */
export type ForwardMode =
  | {
      /** Evaluation: random layers draw nothing. */
      readonly training: false;
    }
  | {
      /** Training: random layers draw. */
      readonly training: true;
      /** Of the run, a whole number; with the place it decides what is drawn. */
      readonly seed: number;
      /** Updates done before this pass. */
      readonly step: number;
      /** Where x is a part of a batch, the place of its first row in the whole; random layers draw for each row of the whole the same, however it is cut. Default 0. */
      readonly firstRow?: number;
    };

/** A parameter a layer asks for. */
export interface ParameterSpec {
  /** Inside a layer `weight` or `bias`; in a stack with the layer's name before it: `conv1.weight`. */
  readonly name: string;
  /** Its sizes, for the shape of the input that was asked about. */
  readonly shape: Shape;
  /** What its axes are, for messages, such as `inputs, outputs`. Default: they do not say. */
  readonly axes?: string;
  /** How many inputs reach one output; initialisers scale by it. */
  readonly fanIn: number;
  /** Draws its first values. */
  readonly initialise: Initialiser;
}

/** What a layer reads in a forward pass. */
export interface ForwardInput {
  /** Where the tensors live. */
  readonly device: LayerDevice;
  /** Borrowed, unless `donateX`. */
  readonly x: DeviceTensor;
  /** Nobody reads `x` afterwards: the layer may donate it to a launch, or hand it back as `y`. */
  readonly donateX: boolean;
  /** The layer's own parameters by short name; borrowed. */
  readonly parameters: Readonly<Record<string, DeviceTensor>>;
  /** Training or evaluation. */
  readonly mode: ForwardMode;
  /** False where no backward pass follows, so that nothing need be kept for one. */
  readonly wantTape: boolean;
}

/** A stack inside a layer, and the shape of what it reads. */
export interface LayerPart {
  /** The stack. */
  readonly net: Sequential;
  /** Shape of what it reads, batch included. */
  readonly x: Shape;
}

/** What a forward pass makes. All of it belongs to the caller. */
export interface ForwardOutput {
  /** Result of the shape that {@link Layer.outputShape} says. */
  readonly y: DeviceTensor;
  /** What only this layer needs again in backward, such as a mask. */
  readonly scratch: readonly DeviceTensor[];
  /** Of the stacks inside the layer, if it is made of some. */
  readonly tapes?: readonly Tape[];
}

/**
 * What a layer reads in a backward pass. The layer may donate `dy` and `scratch`; what it leaves of them, the caller releases.
 * `x` and `y` are borrowed. Their shapes can always be read, their numbers only if the layer {@link Layer.keeps} them: otherwise they are released.
 */
export interface BackwardInput {
  /** Where the tensors live. */
  readonly device: LayerDevice;
  /** Gradient of the loss by `y`. */
  readonly dy: DeviceTensor;
  /** What the forward pass read. */
  readonly x: DeviceTensor;
  /** What the forward pass made. */
  readonly y: DeviceTensor;
  /** That of the forward pass, in its order. */
  readonly scratch: readonly DeviceTensor[];
  /** Those of the forward pass; to be used up. Empty for layers without stacks inside. */
  readonly tapes: readonly Tape[];
  /** The layer's own parameters by short name; borrowed. */
  readonly parameters: Readonly<Record<string, DeviceTensor>>;
  /** False where nobody reads the gradient by the input, as in the first layer. */
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
 *
 * Ownership: a layer may donate what it is given to donate, releases what it makes and does not hand back, and nothing else.
 * When a launch fails the stack releases whatever the layer had made, so a layer needs no `try`.
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
  /** The parameters the layer needs for an input of shape `x`, in a fixed order. */
  parameterSpecs(x: Shape): readonly ParameterSpec[];
  /** Shapes of what a training pass leaves as scratch, in order. */
  scratchShapes(x: Shape): readonly Shape[];
  /** Multiply-adds of one forward pass; only convolutions and dense layers count, biases do not. */
  multiplyAdds(x: Shape): number;
  /** The stacks inside a layer that is made of some, for an input of shape `x`; plain layers have none. */
  parts?(x: Shape): readonly LayerPart[];
  /** Computes `y`, and in training what backward needs beside it. */
  forward(input: ForwardInput): Promise<ForwardOutput>;
  /** Computes the gradients by `x` and by the parameters from the gradient by `y`. */
  backward(input: BackwardInput): Promise<BackwardOutput>;
}
