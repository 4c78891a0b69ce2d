import type { Shape } from '@convkit/tensor';
import { avgPool, columns, conv2d, dense, dropout, locallyConnected, lrn, lrnWithinChannel, maxPool, relu, Sequential, sigmoid, tanh, type ForwardMode, type Layer } from '@convkit/layers';

/** One layer on one input, to be held against the laws. */
export interface LawCase {
  readonly title: string;
  readonly layer: Layer;
  readonly x: Shape;
  /** Modes in which it behaves differently; evaluation alone by default. */
  readonly modes?: readonly ForwardMode[];
  /** Whether the layer has a kink: then inputs keep away from it by more than a finite difference. */
  readonly kink?: 'at zero' | 'where inputs are equal';
}

/** An input that a layer must refuse, and the whole text with which it does. */
interface Refusal {
  readonly layer: Layer;
  readonly x: Shape;
  readonly text: string;
}

/** What stands for one exported layer. */
export interface LayerLaw {
  readonly cases: readonly LawCase[];
  /** Empty only for layers that take every shape. */
  readonly refusals: readonly Refusal[];
  /** Makes the layer, called like its kind with a 1 behind, with more options than it needs; absent for layers without options. */
  readonly withOptions?: (more: object) => Layer;
}

const training: ForwardMode = { training: true, seed: 11, step: 3 };
const both: readonly ForwardMode[] = [{ training: false }, training];
const normal = { size: 5, alpha: 0.9, divideAlphaBySize: true, beta: 0.75, k: 2 };

/** By name of the export. A layer that is exported and not listed here fails the tests. */
export const layerLaws: Readonly<Record<string, LayerLaw>> = {
  columns: {
    withOptions: (more) => columns('columns1', ['a', 'b'].map((id) => new Sequential([dense(`fc1${id}`, { outputs: 2 })])), { ...more }),
    cases: [
      {
        title: 'both read all, results that end in a ReLU',
        layer: columns('columns1', ['a', 'b'].map((id) => new Sequential([conv2d(`conv1${id}`, { outputs: 2, kernelSize: 3 }), relu(`relu1${id}`)]))),
        x: [2, 4, 4, 3],
      },
      {
        title: 'vectors, the second column reads its halves in the reverse order, dropout inside',
        layer: columns(
          'columns2',
          ['a', 'b'].map((id) => new Sequential([dense(`fc1${id}`, { outputs: 3 }), dropout(`drop1${id}`, { keep: 0.5, scaling: 'test' })])),
          { reads: [[0, 1], [1, 0]] },
        ),
        x: [3, 6],
        modes: both,
      },
      {
        title: 'three of different width, each with parts of its own',
        layer: columns(
          'columns3',
          ['a', 'b', 'c'].map((id, i) => new Sequential([dense(`fc1${id}`, { outputs: 1 + i })])),
          { reads: [[0], [2, 1], [1]] },
        ),
        x: [2, 6],
      },
    ],
    refusals: [
      {
        layer: columns('columns1', ['a', 'b'].map((id) => new Sequential([dense(`fc1${id}`, { outputs: 2 })])), { reads: [[0], [1]] }),
        x: [2, 5],
        text: 'columns1 (columns): the last axis of x cannot be cut into 2 equal parts.\n  x [2, 5]\n  help: choose the channels of the layer before so that the columns divide them.\n  code: SHAPE_MISMATCH',
      },
      {
        layer: columns('columns1', [1, 3].map((kernelSize) => new Sequential([conv2d(`conv${kernelSize}`, { outputs: 2, kernelSize })]))),
        x: [1, 4, 4, 1],
        text: 'columns1 (columns): the results of the columns do not fit side by side.\n  column 0 [1, 4, 4, 2]\n  column 1 [1, 2, 2, 2]\n  help: give the columns equal strides, windows and padding.\n  code: SHAPE_MISMATCH',
      },
    ],
  },
  conv2d: {
    withOptions: (more) => conv2d('conv2d1', { outputs: 3, kernelSize: 3, ...more }),
    cases: [
      { title: 'plain', layer: conv2d('conv1', { outputs: 3, kernelSize: 3 }), x: [2, 5, 4, 2] },
      {
        title: 'stride, one-sided padding, groups, oblong filters',
        layer: conv2d('conv2', { outputs: 4, kernelSize: [2, 3], stride: [2, 1], padding: [1, 0, 2, 1], groups: 2 }),
        x: [3, 5, 5, 6],
      },
      { title: 'filters that hang over', layer: conv2d('conv3', { outputs: 2, kernelSize: 4, stride: 3, padding: 1, rounding: 'ceil' }), x: [1, 6, 7, 3] },
      { title: 'one channel a group, one pixel', layer: conv2d('conv4', { outputs: 6, kernelSize: 1, groups: 3 }), x: [2, 1, 1, 3] },
    ],
    refusals: [
      {
        layer: conv2d('conv1', { outputs: 3, kernelSize: 3 }),
        x: [2, 5],
        text: 'conv1 (conv2d): x must be [N, H, W, C].\n  x [2, 5]\n  help: images are pictures, rows, columns, channels: channels come last.\n  code: SHAPE_MISMATCH',
      },
      {
        layer: conv2d('conv2', { outputs: 4, kernelSize: 3, groups: 2 }),
        x: [1, 8, 8, 3],
        text: 'conv2 (conv2d): x has 3 channels, which cannot be divided into 2 groups.\n  x      [1, 8, 8, 3]\n  groups 2\n  help: choose groups so that they divide the input channels.\n  code: SHAPE_MISMATCH',
      },
      {
        layer: conv2d('conv3', { outputs: 4, kernelSize: 5, padding: 1 }),
        x: [1, 2, 8, 3],
        text: 'conv3 (conv2d): a window of 5 x 5 does not fit into an image of 2 x 8.\n  x       [1, 2, 8, 3]\n  padding [1, 1, 1, 1]\n  help: use a larger image, a smaller window or more padding.\n  code: SHAPE_MISMATCH',
      },
    ],
  },
  locallyConnected: {
    withOptions: (more) => locallyConnected('locallyConnected1', { outputs: 3, kernelSize: 3, ...more }),
    cases: [
      { title: 'plain', layer: locallyConnected('local1', { outputs: 3, kernelSize: 3 }), x: [2, 5, 4, 2] },
      {
        title: 'stride, one-sided padding, oblong filters',
        layer: locallyConnected('local2', { outputs: 2, kernelSize: [2, 3], stride: [2, 1], padding: [1, 0, 2, 1] }),
        x: [3, 5, 4, 3],
      },
      { title: 'filters that hang over', layer: locallyConnected('local3', { outputs: 2, kernelSize: 4, stride: 3, padding: 1, rounding: 'ceil' }), x: [1, 6, 7, 2] },
      { title: 'several images, one pixel', layer: locallyConnected('local4', { outputs: 6, kernelSize: 1 }), x: [7, 1, 1, 3] },
    ],
    refusals: [
      {
        layer: locallyConnected('local1', { outputs: 3, kernelSize: 3 }),
        x: [2, 5],
        text: 'local1 (locallyConnected): x must be [N, H, W, C].\n  x [2, 5]\n  help: images are pictures, rows, columns, channels: channels come last.\n  code: SHAPE_MISMATCH',
      },
      {
        layer: locallyConnected('local3', { outputs: 4, kernelSize: 5, padding: 1 }),
        x: [1, 2, 8, 3],
        text: 'local3 (locallyConnected): a window of 5 x 5 does not fit into an image of 2 x 8.\n  x       [1, 2, 8, 3]\n  padding [1, 1, 1, 1]\n  help: use a larger image, a smaller window or more padding.\n  code: SHAPE_MISMATCH',
      },
    ],
  },
  dense: {
    withOptions: (more) => dense('dense1', { outputs: 3, ...more }),
    cases: [
      { title: 'on features', layer: dense('fc1', { outputs: 4 }), x: [3, 5] },
      { title: 'on images', layer: dense('fc2', { outputs: 3 }), x: [2, 2, 3, 2] },
    ],
    refusals: [{ layer: dense('fc1', { outputs: 4 }), x: [5], text: 'fc1 (dense): x must be [N, ...].\n  x [5]\n  code: SHAPE_MISMATCH' }],
  },
  relu: {
    cases: [
      { title: 'on images', layer: relu('relu1'), x: [2, 3, 3, 2], kink: 'at zero' },
      { title: 'on features', layer: relu('relu2'), x: [3, 7], kink: 'at zero' },
    ],
    refusals: [],
  },
  tanh: {
    cases: [
      { title: 'on images', layer: tanh('tanh1'), x: [2, 3, 3, 2] },
      { title: 'on features', layer: tanh('tanh2'), x: [3, 7] },
    ],
    refusals: [],
  },
  sigmoid: {
    cases: [
      { title: 'on images', layer: sigmoid('sigmoid1'), x: [2, 3, 3, 2] },
      { title: 'on features', layer: sigmoid('sigmoid2'), x: [3, 7] },
    ],
    refusals: [],
  },
  lrn: {
    withOptions: (more) => lrn('lrn1', { ...normal, ...more }),
    cases: [
      { title: 'alpha divided, five of seven channels', layer: lrn('norm1', normal), x: [2, 2, 3, 7] },
      { title: 'alpha not divided, another exponent', layer: lrn('norm2', { ...normal, divideAlphaBySize: false, beta: 0.6, k: 1 }), x: [1, 2, 2, 6] },
      { title: 'in two groups', layer: lrn('norm4', { ...normal, groups: 2 }), x: [2, 2, 1, 10] },
      { title: 'a window wider than the channels', layer: lrn('norm3', { ...normal, size: 7 }), x: [2, 1, 2, 3] },
    ],
    refusals: [
      { layer: lrn('norm1', normal), x: [2, 5], text: 'norm1 (lrn): x must be [N, H, W, C].\n  x [2, 5]\n  help: images are pictures, rows, columns, channels: channels come last.\n  code: SHAPE_MISMATCH' },
      {
        layer: lrn('norm4', { ...normal, groups: 2 }),
        x: [1, 8, 8, 3],
        text: 'norm4 (lrn): x has 3 channels, which cannot be divided into 2 groups.\n  x      [1, 8, 8, 3]\n  groups 2\n  help: choose groups so that they divide the input channels.\n  code: SHAPE_MISMATCH',
      },
    ],
  },
  lrnWithinChannel: {
    withOptions: (more) => lrnWithinChannel('lrnWithinChannel1', { ...normal, ...more }),
    cases: [
      { title: 'alpha divided', layer: lrnWithinChannel('norm1', { ...normal, size: 3 }), x: [2, 4, 5, 2] },
      { title: 'alpha not divided, another exponent', layer: lrnWithinChannel('norm2', { ...normal, divideAlphaBySize: false, beta: 0.6, k: 1 }), x: [1, 6, 3, 3] },
      { title: 'a window wider than the image', layer: lrnWithinChannel('norm3', { ...normal, size: 7 }), x: [2, 2, 3, 2] },
    ],
    refusals: [{ layer: lrnWithinChannel('norm1', normal), x: [2, 5], text: 'norm1 (lrnWithinChannel): x must be [N, H, W, C].\n  x [2, 5]\n  help: images are pictures, rows, columns, channels: channels come last.\n  code: SHAPE_MISMATCH' }],
  },
  maxPool: {
    withOptions: (more) => maxPool('maxPool1', { window: 3, ...more }),
    cases: [
      { title: 'overlapping', layer: maxPool('pool1', { window: 3, stride: 2 }), x: [2, 7, 5, 3], kink: 'where inputs are equal' },
      {
        title: 'hanging over, oblong, padded',
        layer: maxPool('pool2', { window: [3, 2], stride: [2, 2], padding: [1, 0, 0, 1], rounding: 'ceil' }),
        x: [1, 6, 6, 2],
        kink: 'where inputs are equal',
      },
    ],
    refusals: [
      { layer: maxPool('pool1', { window: 3 }), x: [2, 9], text: 'pool1 (maxPool): x must be [N, H, W, C].\n  x [2, 9]\n  help: images are pictures, rows, columns, channels: channels come last.\n  code: SHAPE_MISMATCH' },
      {
        layer: maxPool('pool2', { window: 2, stride: 4, rounding: 'ceil' }),
        x: [1, 4, 6, 1],
        text: 'pool2 (maxPool): a window of 2 x 2 would lie outside the image.\n  x       [1, 4, 6, 1]\n  padding [0, 0, 2, 0]\n  help: use a larger window, less padding, or rounding "floor".\n  code: SHAPE_MISMATCH',
      },
    ],
  },
  avgPool: {
    withOptions: (more) => avgPool('avgPool1', { window: 3, ...more }),
    cases: [
      { title: 'overlapping', layer: avgPool('pool1', { window: 3, stride: 2 }), x: [2, 7, 5, 3] },
      { title: 'hanging over, oblong, padded', layer: avgPool('pool2', { window: [3, 2], stride: [2, 2], padding: [1, 0, 0, 1], rounding: 'ceil' }), x: [1, 6, 6, 2] },
      { title: 'a stride beyond the window', layer: avgPool('pool3', { window: 2, stride: 3 }), x: [2, 6, 7, 1] },
    ],
    refusals: [
      { layer: avgPool('pool1', { window: 3 }), x: [2, 9], text: 'pool1 (avgPool): x must be [N, H, W, C].\n  x [2, 9]\n  help: images are pictures, rows, columns, channels: channels come last.\n  code: SHAPE_MISMATCH' },
      {
        layer: avgPool('pool2', { window: 2, stride: 4, rounding: 'ceil' }),
        x: [1, 4, 6, 1],
        text: 'pool2 (avgPool): a window of 2 x 2 would lie outside the image.\n  x       [1, 4, 6, 1]\n  padding [0, 0, 2, 0]\n  help: use a larger window, less padding, or rounding "floor".\n  code: SHAPE_MISMATCH',
      },
    ],
  },
  dropout: {
    withOptions: (more) => dropout('dropout1', { keep: 0.5, scaling: 'test', ...more }),
    cases: [
      { title: 'mean put right in evaluation', layer: dropout('drop1', { keep: 0.5, scaling: 'test' }), x: [4, 9], modes: both },
      { title: 'mean put right in training', layer: dropout('drop2', { keep: 0.7, scaling: 'train' }), x: [2, 3, 3, 2], modes: both },
    ],
    refusals: [],
  },
};
