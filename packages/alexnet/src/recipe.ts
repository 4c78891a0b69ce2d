import { averaged, clipped, constantRate, cosineRate, dexpRate, manualRate, plateauRate, polynomialRate, scheduleBy, sgd, stepRate, warmUp, type Optimiser, type ParameterSchedule, type Schedule } from '@convkit/optim';
import type { NetworkDesign } from './design/network-design.js';

/** From images of a data set to inputs of the network. */
export interface DataDesign {
  /**
   * Least and largest side, in pixels, of the square images it works on. Images of a data set whose side lies between stay as they are;
   * all others are brought to the largest.
   */
  readonly sizes: readonly [least: number, largest: number];
  /** Channels of the images; absent: as many as the data have. */
  readonly channels?: 1 | 3;
  /** How an image is brought to a square: `short-side` keeps its proportions and cuts out the middle, `warp` does not. */
  readonly resize: 'short-side' | 'warp';
  /** Order of the channels. */
  readonly colours: 'rgb' | 'bgr';
  /** What is cut out of an image. */
  readonly crop: {
    /** Pixels by which the network's input is smaller than the image. The room is for random crops in training and for the views in evaluation. */
    readonly border: number;
    /** In training a part of the whole image, of an area and a shape drawn from these ranges, is resized instead (torchvision's RandomResizedCrop). Absent: a crop at a random place. */
    readonly resized?: {
      /** Area of the part, as a share of the image's, above 0 up to 1. */
      readonly scale: readonly [least: number, largest: number];
      /** Width of the part divided by its height, above 0. */
      readonly ratio: readonly [least: number, largest: number];
    };
  };
  /** Probability of a mirror image in training. */
  readonly flip: number;
  /** Images in a row of a batch that share one draw of crop and mirror image. */
  readonly imagesPerDraw: number;
  /**
   * What is subtracted from the pixels: a mean for each channel, or a mean image. `image` lends the centre of the mean image to every crop; `image-in-place` gives each pixel its own mean.
   */
  readonly mean: 'channels' | 'image' | 'image-in-place';
  /** Whether pixels are divided by the deviation of their channel afterwards; otherwise they stay on the scale of 0 to 255. */
  readonly unitDeviation: boolean;
  /** Published statistics of the pixels, on the scale of 0 to 255. Absent: those of the training images. */
  readonly statistics?: {
    /** Mean of each channel. */
    readonly mean: readonly number[];
    /** Standard deviation of each channel. */
    readonly deviation: readonly number[];
  };
  /** Colour noise in training; absent: none. */
  readonly colourNoise?: {
    /** Of the noise, as a part of the data's. */
    readonly strength: number;
    /** What is multiplied along an axis: the `deviation` of the data, as the code does, or the `eigenvalue`, its square, as the paper writes. */
    readonly by: 'deviation' | 'eigenvalue';
    /** Every training pixel is divided by it after the noise. */
    readonly divisor: number;
    /** The colour axes: published ones of ImageNet, or those of the training images. */
    readonly pca: 'imagenet' | 'data';
    /** Epoch from which noise and divisor are off; absent: never. */
    readonly until?: number;
  };
  /** Whether the training images are shuffled anew for each epoch, or once for all of them. */
  readonly order: 'each-epoch' | 'once';
}

/** A learning rate over the run, as plain data. Epochs count from 0. */
export type ScheduleDesign = (
  | {
      /** One rate for the whole run. */
      readonly type: 'constant';
      /** The rate, at least 0; 0 freezes. */
      readonly rate: number;
    }
  | {
      /** Multiplied by the factor after each of some epochs: `stepRate` of `@convkit/optim`. */
      readonly type: 'steps';
      /** The first rate. */
      readonly rate: number;
      /** The epochs, each later than the one before. */
      readonly at: readonly number[];
      /** What the rate is multiplied by. */
      readonly factor: number;
    }
  | {
      /** Set by hand: `manualRate` of `@convkit/optim`. */
      readonly type: 'manual';
      /** The first from 0, each later than the one before. */
      readonly rates: readonly {
        /** Epoch from which the rate holds. */
        readonly from: number;
        /** Learning rate, at least 0; 0 freezes. */
        readonly rate: number;
      }[];
    }
  | {
      /** Falls in equal parts of the run, geometrically, to `rate / factor`: `dexp` of the code, `dexpRate` of `@convkit/optim`. */
      readonly type: 'dexp';
      /** The first rate. */
      readonly rate: number;
      /** First rate over last rate, above 0. */
      readonly factor: number;
      /** Into how many parts the run falls; a whole number of at least 2. */
      readonly steps: number;
    }
  | {
      /** Falls along half a wave of the cosine to the end of the run: `cosineRate` of `@convkit/optim`. */
      readonly type: 'cosine';
      /** The first rate. */
      readonly rate: number;
      /** The last rate. Default 0. */
      readonly least?: number;
    }
  | {
      /** Falls by a power of what is left of the run: `poly` of Caffe, `polynomialRate` of `@convkit/optim`. */
      readonly type: 'polynomial';
      /** The first rate. */
      readonly rate: number;
      /** Above 0: at 1 the rate falls in a line, above it faster at first. Default 1. */
      readonly power?: number;
      /** The last rate. Default 0. */
      readonly least?: number;
    }
  | {
      /** Multiplied by the factor when the error has stopped improving: `plateauRate` of `@convkit/optim`. */
      readonly type: 'plateau';
      /** The first rate. */
      readonly rate: number;
      /** What the rate is multiplied by, from 0 up to but not including 1. */
      readonly factor: number;
      /** How many judgements in a row may pass without a new best before the next such one lowers the rate; a whole number of at least 0. */
      readonly patience: number;
      /** What is judged: `top1`, better when it is larger, or `loss`, better when it is smaller. */
      readonly metric: 'top1' | 'loss';
    }
) & {
  /** Epochs over which the rate first rises in a line from 0 to what it is otherwise; absent: none. */
  readonly warmUp?: number;
};

/** How a network is trained and judged, as plain data: it can be printed, stored beside a run, sent, spread and changed. */
export interface Recipe {
  /** By which it is asked for, such as `alexnet-2012-as-coded`. */
  readonly name: string;
  /** The network, with the first values of its weights. */
  readonly network: NetworkDesign;
  /** From images of a data set to inputs of the network. */
  readonly data: DataDesign;
  /** How long it is trained, and in what portions. */
  readonly training: {
    /** Images in an update. */
    readonly batch: number;
    /** Passes over the training images. */
    readonly epochs: number;
  };
  /** The update rule; see {@link recipeOptimiser}. */
  readonly optimiser: {
    /** Form of the momentum: the rate inside the velocity as in `2012` and Caffe, or outside as in `pytorch`. */
    readonly form: '2012' | 'pytorch';
    /** Part of the velocity that lives on, from 0 up to but not including 1. */
    readonly momentum: number;
    /** Weight decay, at least 0. */
    readonly decay: number;
    /** Whether biases decay as well. */
    readonly decayBiases: boolean;
    /** Layers whose weights have a decay of their own. */
    readonly decayOf?: Readonly<Record<string, number>>;
    /** Largest norm of all gradients together: longer ones are made as long. Absent: they stay as they are. */
    readonly clipNorm?: number;
    /** Decay of the moving average of the weights, which is judged and used in their place, such as 0.999. Absent: the weights themselves are. */
    readonly average?: number;
  };
  /** Learning rates over the run; see {@link recipeSchedule}. */
  readonly rates: {
    /** Of all weights. */
    readonly weights: ScheduleDesign;
    /** Of all biases. */
    readonly biases: ScheduleDesign;
    /** Layers that are trained at a rate of their own, weights and biases; rate 0 freezes them. */
    readonly layers?: Readonly<Record<string, ScheduleDesign>>;
  };
  /** How it is judged, and how it predicts. */
  readonly evaluation: {
    /** Views of an image whose answers are averaged: the middle, nine crops on a grid, or the ten of 2012. */
    readonly views: 1 | 9 | 10;
  };
  /**
   * Where the entries come from: path of an entry, or of several that begin with it, such as `network` or `data.crop.border`, to a file of the original or a section of the paper.
   * The longest path that fits counts.
   */
  readonly sources: Readonly<Record<string, string>>;
}

/**
 * The optimiser of a recipe.
 *
 * @throws OptionError `OPTION_INVALID` from the optimiser.
 */
export function recipeOptimiser({ optimiser: { form, momentum, decay, decayBiases, decayOf = {}, clipNorm, average } }: Recipe): Optimiser {
  const plain = sgd({
    form,
    momentum,
    // The factors carry the decays themselves, so that a layer may have one where the others have none.
    decay: 1,
    factors: [
      ...Object.entries(decayOf).map(([layer, own]) => ({ match: parametersOf(layer, 'weight'), decayFactor: own })),
      { match: /\.bias$/, decayFactor: decayBiases ? decay : 0 },
      { match: /$/, decayFactor: decay },
    ],
  });
  const clipping = clipNorm === undefined ? plain : clipped(plain, { norm: clipNorm });
  return average === undefined ? clipping : averaged(clipping, { decay: average });
}

/**
 * The learning rates of a recipe.
 *
 * @throws OptionError `OPTION_INVALID` from a schedule.
 *
 * @example
 * ```ts
 * import { findRecipe, recipeSchedule } from '@convkit/alexnet';
 *
 * const rates = recipeSchedule(findRecipe('alexnet-2012-as-coded'))({ step: 0, epoch: 80 });
 * console.log(rates.common, rates.of('conv1.weight'), rates.of('fc6.bias')); // 0.00001 0 0.002
 * ```
 */
export function recipeSchedule({ rates, training: { epochs } }: Recipe): ParameterSchedule {
  return scheduleBy(
    [
      ...Object.entries(rates.layers ?? {}).map(([layer, own]) => ({ match: parametersOf(layer, '(weight|bias)'), schedule: scheduleOf(own, epochs) })),
      { match: /\.bias$/, schedule: scheduleOf(rates.biases, epochs) },
    ],
    scheduleOf(rates.weights, epochs),
  );
}

/** A schedule of its description, for a run of so many epochs. */
function scheduleOf(design: ScheduleDesign, epochs: number): Schedule {
  const schedule = withoutWarmUp(design, epochs);
  return design.warmUp === undefined ? schedule : warmUp(schedule, { until: design.warmUp });
}

function withoutWarmUp(design: ScheduleDesign, epochs: number): Schedule {
  switch (design.type) {
    case 'constant':
      return constantRate(design.rate);
    case 'steps':
      return stepRate(optionsOf(design));
    case 'manual':
      return manualRate(optionsOf(design));
    case 'dexp':
      return dexpRate({ ...optionsOf(design), epochs });
    case 'cosine':
      return cosineRate({ ...optionsOf(design), until: epochs });
    case 'polynomial':
      return polynomialRate({ ...optionsOf(design), until: epochs });
    case 'plateau':
      return plateauRate(optionsOf(design));
  }
}

/** All of a description but what tells it from others, and the rise before it. */
function optionsOf<D extends ScheduleDesign>({ type: _, warmUp: _rise, ...options }: D): Omit<D, 'type' | 'warmUp'> {
  return options;
}

/** Parameters of a layer, also where it stands in columns apart: `conv1.weight`, `columns1.conv1a.weight`. */
function parametersOf(layer: string, parameter: string): RegExp {
  return new RegExp(`(^|\\.)${layer.replace(/[^\w]/g, '\\$&')}[ab]?\\.${parameter}$`);
}
