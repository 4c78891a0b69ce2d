import { conv2d, dense, dropout, lrn, maxPool, relu, Sequential, type Conv2dOptions, type DenseOptions, type LrnOptions } from '@convkit/layers';

/** Every number and every choice of an AlexNet but the number of classes. Spread one and replace a member to get a relative. */
export interface AlexnetDesign {
  /** `conv1` to `conv5`. */
  readonly convolutions: readonly [Conv2dOptions, Conv2dOptions, Conv2dOptions, Conv2dOptions, Conv2dOptions];
  /** The hidden layers `fc6` and `fc7`. */
  readonly hidden: readonly [DenseOptions, DenseOptions];
  /** First values of `fc8`, which has one output for each class. */
  readonly head: Omit<DenseOptions, 'outputs'>;
  /** `norm1` and `norm2`. */
  readonly normalisation: LrnOptions;
  /**
   * What follows `conv1`. `norm-pool-relu` is the order of the 2012 code, which normalises signed values; `relu-norm-pool` is that of the 2012 paper.
   * Only the place of the normalisation tells them apart: a rectifier and a maximum may change places.
   */
  readonly firstBlock: 'norm-pool-relu' | 'relu-norm-pool';
  /** Probability with which dropout keeps a value of `fc6` and `fc7`. Training does not rescale; evaluation multiplies by it. */
  readonly keep: number;
}

/**
 * The skeleton of 2012: five convolutions, response normalisation after the first two, overlapping 3 x 3 maximum pooling with stride 2 after the first, second
 * and fifth, three dense layers with dropout after the hidden ones. Layers are called `conv1`, `norm1`, `pool1`, `relu1`, …, `fc6`, `relu6`, `drop6`, …, `fc8`.
 * Softmax belongs to the loss and to {@link predict}.
 *
 * Source: Krizhevsky, Sutskever, Hinton, "ImageNet classification with deep convolutional neural networks", 2012, section 3.5, and the code of 2012
 * (computerhistory/AlexNet-Source-Code, `layers/layers-145.cfg`).
 *
 * @throws OptionError `OPTION_INVALID` from a layer.
 *
 * @example
 * ```ts
 * import { alexnet, alexnet2012Design } from '@convkit/alexnet';
 *
 * const asWritten = alexnet({ ...alexnet2012Design, firstBlock: 'relu-norm-pool' }, { classes: 1000 });
 * console.log(asWritten.layers.slice(0, 4).map(({ name }) => name)); // [ 'conv1', 'relu1', 'norm1', 'pool1' ]
 * ```
 */
export function alexnet(design: AlexnetDesign, { classes }: { readonly classes: number }): Sequential {
  const [conv1, conv2, conv3, conv4, conv5] = design.convolutions;
  const [fc6, fc7] = design.hidden;
  const pool = { window: 3, stride: 2, rounding: 'ceil' } as const;
  const norm1 = lrn('norm1', design.normalisation);
  const pool1 = maxPool('pool1', pool);
  const relu1 = relu('relu1');
  const drop = { keep: design.keep, scaling: 'test' } as const;

  return new Sequential([
    conv2d('conv1', conv1),
    ...(design.firstBlock === 'norm-pool-relu' ? [norm1, pool1, relu1] : [relu1, norm1, pool1]),
    conv2d('conv2', conv2),
    relu('relu2'),
    lrn('norm2', design.normalisation),
    maxPool('pool2', pool),
    conv2d('conv3', conv3),
    relu('relu3'),
    conv2d('conv4', conv4),
    relu('relu4'),
    conv2d('conv5', conv5),
    maxPool('pool5', pool),
    relu('relu5'),
    dense('fc6', fc6),
    relu('relu6'),
    dropout('drop6', drop),
    dense('fc7', fc7),
    relu('relu7'),
    dropout('drop7', drop),
    dense('fc8', { ...design.head, outputs: classes }),
  ]);
}
