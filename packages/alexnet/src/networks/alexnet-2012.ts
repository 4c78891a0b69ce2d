import type { Conv2dDesign, DenseDesign, DropoutDesign, LrnDesign, LrnWithinChannelDesign, PoolDesign } from '../design/layer-design.js';
import type { NetworkDesign } from '../design/network-design.js';

const relu = { type: 'relu' } as const;
const drop: DropoutDesign = { type: 'dropout', keep: 0.5, scaling: 'test' };
const pool: PoolDesign = { type: 'maxPool', window: 3, stride: 2, rounding: 'ceil' };
const norm: LrnDesign = { type: 'lrn', size: 5, alpha: 1e-4, divideAlphaBySize: true, beta: 0.75, k: 2, groups: 2 };
const spatialNorm: LrnWithinChannelDesign = { type: 'lrnWithinChannel', size: 5, alpha: 1e-3, divideAlphaBySize: true, beta: 0.75, k: 1 };
const conv1: Conv2dDesign = { type: 'conv2d', outputs: 96, kernelSize: 11, stride: 4, rounding: 'ceil', initialWeight: 0.01, initialBias: 0 };
const conv2: Conv2dDesign = { type: 'conv2d', outputs: 256, kernelSize: 5, padding: 2, groups: 2, initialWeight: 0.01, initialBias: 1 };
const conv3: Conv2dDesign = { type: 'conv2d', outputs: 384, kernelSize: 3, padding: 1, initialWeight: 0.03, initialBias: 0 };
const conv4: Conv2dDesign = { type: 'conv2d', outputs: 384, kernelSize: 3, padding: 1, groups: 2, initialWeight: 0.03, initialBias: 1 };
const conv5: Conv2dDesign = { type: 'conv2d', outputs: 256, kernelSize: 3, padding: 1, groups: 2, initialWeight: 0.03, initialBias: 1 };
const fc6: DenseDesign = { type: 'dense', outputs: 4096, initialWeight: 0.01, initialBias: 1 };
const fc7: DenseDesign = { type: 'dense', outputs: 4096, swapped: true, initialWeight: 0.01, initialBias: 1 };
const fc8: DenseDesign = { type: 'dense', outputs: 'classes', initialWeight: 0.01, initialBias: 0 };

const upper = ['conv3', 'relu3', 'conv4', 'relu4', 'conv5', 'pool5', 'relu5', 'fc6', 'relu6', 'drop6', 'fc7', 'relu7', 'drop7', 'fc8'];

/**
 * The network of 2012 as its code has it: net 145 (CHM `layers/layers-145.cfg`), whose logged errors are those of the paper to the last digit.
 * With 1,000 classes 60,965,224 parameters and 724,406,816 multiply-adds an image of 224 x 224 pixels; rows and columns go 55, 27, 27, 13, 13, 13, 13, 6,
 * and 9,216 numbers reach `fc6`. The two columns are the two groups; no window of the normalisation reaches from one into the other.
 */
export const alexnet2012: NetworkDesign = {
  name: 'alexnet-2012',
  columns: 'together',
  order: ['conv1', 'norm1', 'pool1', 'relu1', 'conv2', 'relu2', 'norm2', 'spatialNorm2', 'pool2', ...upper],
  layers: {
    conv1,
    norm1: norm,
    pool1: pool,
    relu1: relu,
    conv2,
    relu2: relu,
    norm2: norm,
    spatialNorm2: spatialNorm,
    pool2: pool,
    conv3,
    relu3: relu,
    conv4,
    relu4: relu,
    conv5,
    pool5: pool,
    relu5: relu,
    fc6,
    relu6: relu,
    drop6: drop,
    fc7,
    relu7: relu,
    drop7: drop,
    fc8,
  },
};

const { spatialNorm2: _, ...withoutSpatialNorm } = alexnet2012.layers;
const { norm1: _norm1, norm2: _norm2, ...withoutNorm } = withoutSpatialNorm;

/**
 * The network of 2012 as its paper describes it: normalisation after ReLU in both layers, its alpha not divided, no second one within channels, and one deviation, 0.01, for the
 * first values of all weights. The paper says 224 pixels and nothing of the border; the zeros of the code make the 55 x 55 maps of its figure 2.
 */
export const alexnet2012AsWritten: NetworkDesign = {
  name: 'alexnet-2012-as-written',
  columns: 'together',
  order: ['conv1', 'relu1', 'norm1', 'pool1', 'conv2', 'relu2', 'norm2', 'pool2', ...upper],
  layers: {
    ...withoutSpatialNorm,
    norm1: { ...norm, divideAlphaBySize: false },
    norm2: { ...norm, divideAlphaBySize: false },
    conv3: { ...conv3, initialWeight: 0.01 },
    conv4: { ...conv4, initialWeight: 0.01 },
    conv5: { ...conv5, initialWeight: 0.01 },
    fc7: { ...fc6 },
  },
};

/**
 * One column of the network of 2012 alone, but for the last convolution and the hidden layers, which keep their size (CHM `layers/layers-145-half.cfg`):
 * the paper's comparison in section 3.2. 59,798,312 parameters, 391.5 million multiply-adds.
 */
export const alexnet2012Half: NetworkDesign = {
  name: 'alexnet-2012-half',
  columns: 'together',
  order: alexnet2012.order,
  layers: {
    ...alexnet2012.layers,
    conv1: { ...conv1, outputs: 48 },
    norm1: { ...norm, groups: 1 },
    conv2: { ...conv2, outputs: 128, groups: 1 },
    norm2: { ...norm, groups: 1 },
    conv3: { ...conv3, outputs: 192 },
    conv4: { ...conv4, outputs: 192, groups: 1 },
    conv5: { ...conv5, groups: 1 },
    fc7: { ...fc6 },
  },
};

/**
 * The network of 2012 with pooling that does not overlap, 2 x 2 with stride 2 (CHM `layers/layers-147.cfg`): the paper's comparison in section 3.4. Two paddings change
 * to keep the sizes: 55, 28, 26, 13, 13, 13, 11, 6. 60,965,224 parameters, 686.9 million multiply-adds.
 */
export const alexnet147: NetworkDesign = {
  name: 'alexnet-147',
  columns: 'together',
  order: alexnet2012.order,
  layers: {
    ...alexnet2012.layers,
    pool1: { ...pool, window: 2 },
    conv2: { ...conv2, padding: 1 },
    pool2: { ...pool, window: 2 },
    conv5: { ...conv5, padding: 0 },
    pool5: { ...pool, window: 2 },
  },
};

/** The network of 2012 without any normalisation (CHM `layers/layers-148.cfg`): the paper's comparison in section 3.3. */
export const alexnet148: NetworkDesign = {
  name: 'alexnet-148',
  columns: 'together',
  order: ['conv1', 'pool1', 'relu1', 'conv2', 'relu2', 'pool2', ...upper],
  layers: withoutNorm,
};

const { norm2: _secondNorm, ...normInLayer1 } = withoutSpatialNorm;

/** The network of 2012 with normalisation in its first layer alone (CHM net 167): its error was no higher, 40.49 / 18.12 against 40.66 / 18.21. */
export const alexnet167: NetworkDesign = {
  name: 'alexnet-167',
  columns: 'together',
  order: ['conv1', 'norm1', 'pool1', 'relu1', 'conv2', 'relu2', 'pool2', ...upper],
  layers: normInLayer1,
};
