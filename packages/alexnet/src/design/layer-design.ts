import {
  avgPool,
  conv2d,
  dense,
  dropout,
  gaussian,
  heNormal,
  locallyConnected,
  lrn,
  lrnWithinChannel,
  maxPool,
  relu,
  sigmoid,
  tanh,
  uniform,
  constant,
  type DropoutOptions,
  type Initialiser,
  type Layer,
  type LrnOptions,
  type LrnWithinChannelOptions,
  type WindowOptions,
} from '@convkit/layers';

/**
 * First values of a weight: a number is the standard deviation of normal draws around 0; `he-normal` draws with deviation sqrt(2 / inputs), `xavier` uniformly within
 * sqrt(3 / inputs) (the filler of Caffe), `pytorch` uniformly within 1 / sqrt(inputs), PyTorch's default.
 */
export type InitialWeight = number | 'he-normal' | 'xavier' | 'pytorch';

/** First values of a bias: a number for all, or PyTorch's default, which draws as for the weight. */
export type InitialBias = number | 'pytorch';

/** First values of a layer with parameters. */
export interface WeightedDesign {
  /** First values of the weight. */
  readonly initialWeight: InitialWeight;
  /** First values of the bias. */
  readonly initialBias: InitialBias;
}

/** A convolution; see `conv2d` of `@convkit/layers`. */
export type Conv2dDesign = {
  /** Tells it from the other layers. */
  readonly type: 'conv2d';
  /** Output channels. */
  readonly outputs: number;
  /** Rows and columns of the filters, in pixels. */
  readonly kernelSize: number;
  /** Parts into which input and output channels are divided; each output part reads its own input part only. Default 1. */
  readonly groups?: number;
} & WindowOptions & WeightedDesign;
/** A convolution with filters of its own at every place; see `locallyConnected`. */
export type LocallyConnectedDesign = {
  /** Tells it from the other layers. */
  readonly type: 'locallyConnected';
  /** Output channels. */
  readonly outputs: number;
  /** Rows and columns of the filters, in pixels. */
  readonly kernelSize: number;
} & WindowOptions & WeightedDesign;
/** A fully connected layer; see `dense`. */
export type DenseDesign = {
  /** Tells it from the other layers. */
  readonly type: 'dense';
  /** Output features, or `classes`: as many as there are classes. That layer is the head, which belongs to no column. */
  readonly outputs: number | 'classes';
  /** In columns that stand apart, the second one reads the two halves of its input in the reverse order. Only where the input is a vector. */
  readonly swapped?: boolean;
} & WeightedDesign;
/** Response normalisation across channels; see `lrn`. */
export type LrnDesign = {
  /** Tells it from the other layers. */
  readonly type: 'lrn';
} & LrnOptions;
/** Response normalisation within a channel; see `lrnWithinChannel`. */
export type LrnWithinChannelDesign = {
  /** Tells it from the other layers. */
  readonly type: 'lrnWithinChannel';
} & LrnWithinChannelOptions;
/** Pooling; see `maxPool` and `avgPool`. */
export type PoolDesign = {
  /** Which of the two it is. */
  readonly type: 'maxPool' | 'avgPool';
  /** Rows and columns of the window, in pixels. */
  readonly window: number;
} & WindowOptions;
/** A function of each number. */
export type ActivationDesign = {
  /** Which function it is. */
  readonly type: 'relu' | 'tanh' | 'sigmoid';
};
/** Dropout; see `dropout`. */
export type DropoutDesign = {
  /** Tells it from the other layers. */
  readonly type: 'dropout';
} & DropoutOptions;

/** One layer as plain data. */
export type LayerDesign =
  | Conv2dDesign
  | LocallyConnectedDesign
  | DenseDesign
  | LrnDesign
  | LrnWithinChannelDesign
  | PoolDesign
  | ActivationDesign
  | DropoutDesign;

/** Makes one layer of its description. @throws OptionError `OPTION_INVALID` */
export function buildLayer(name: string, design: LayerDesign, { classes }: { readonly classes: number }): Layer {
  switch (design.type) {
    case 'conv2d':
      return conv2d(name, weightedOptions(design));
    case 'locallyConnected':
      return locallyConnected(name, weightedOptions(design));
    case 'dense': {
      const { swapped: _, ...options } = weightedOptions(design);
      return dense(name, { ...options, outputs: options.outputs === 'classes' ? classes : options.outputs });
    }
    case 'lrn':
      return lrn(name, optionsOf(design));
    case 'lrnWithinChannel':
      return lrnWithinChannel(name, optionsOf(design));
    case 'maxPool':
      return maxPool(name, optionsOf(design));
    case 'avgPool':
      return avgPool(name, optionsOf(design));
    case 'relu':
      return relu(name);
    case 'tanh':
      return tanh(name);
    case 'sigmoid':
      return sigmoid(name);
    case 'dropout':
      return dropout(name, optionsOf(design));
  }
}

/** All of a description but what tells it from others. */
function optionsOf<D extends LayerDesign>({ type: _, ...options }: D): Omit<D, 'type'> {
  return options;
}

function weightedOptions<D extends LayerDesign & WeightedDesign>({ type: _, initialWeight, initialBias, ...options }: D) {
  return { ...options, weight: initialiserOf(initialWeight), bias: initialBias === 'pytorch' ? initialiserOf('pytorch') : constant(initialBias) };
}

function initialiserOf(initial: InitialWeight): Initialiser {
  switch (initial) {
    case 'he-normal':
      return heNormal;
    case 'xavier':
      return uniform((fanIn) => Math.sqrt(3 / fanIn));
    case 'pytorch':
      return uniform((fanIn) => 1 / Math.sqrt(fanIn));
    default:
      return gaussian(initial);
  }
}
