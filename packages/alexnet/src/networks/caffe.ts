import type { Conv2dDesign, DenseDesign, DropoutDesign, LrnDesign, PoolDesign } from '../design/layer-design.js';
import type { NetworkDesign } from '../design/network-design.js';

const relu = { type: 'relu' } as const;
const drop: DropoutDesign = { type: 'dropout', keep: 0.5, scaling: 'train' };
const pool: PoolDesign = { type: 'maxPool', window: 3, stride: 2, rounding: 'ceil' };
const norm: LrnDesign = { type: 'lrn', size: 5, alpha: 1e-4, divideAlphaBySize: true, beta: 0.75, k: 1 };
const conv1: Conv2dDesign = { type: 'conv2d', outputs: 96, kernelSize: 11, stride: 4, initialWeight: 0.01, initialBias: 0 };
const conv2: Conv2dDesign = { type: 'conv2d', outputs: 256, kernelSize: 5, padding: 2, groups: 2, initialWeight: 0.01, initialBias: 0.1 };
const conv3: Conv2dDesign = { type: 'conv2d', outputs: 384, kernelSize: 3, padding: 1, initialWeight: 0.01, initialBias: 0 };
const conv4: Conv2dDesign = { type: 'conv2d', outputs: 384, kernelSize: 3, padding: 1, groups: 2, initialWeight: 0.01, initialBias: 0.1 };
const conv5: Conv2dDesign = { type: 'conv2d', outputs: 256, kernelSize: 3, padding: 1, groups: 2, initialWeight: 0.01, initialBias: 0.1 };
const hidden: DenseDesign = { type: 'dense', outputs: 4096, initialWeight: 0.005, initialBias: 0.1 };
const fc8: DenseDesign = { type: 'dense', outputs: 'classes', initialWeight: 0.01, initialBias: 0 };

const upper = ['conv3', 'relu3', 'conv4', 'relu4', 'conv5', 'relu5', 'pool5', 'fc6', 'relu6', 'drop6', 'fc7', 'relu7', 'drop7', 'fc8'];

/**
 * `bvlc_alexnet` of Caffe (CAFFE `models/bvlc_alexnet/train_val.prototxt`), for 227 x 227 pixels: ReLU before the normalisation, whose windows reach across the groups and whose
 * constant is 1, and biases of 0.1 instead of 1, with which the loss of Caffe's authors stayed flat.
 */
export const caffeAlexnet: NetworkDesign = {
  name: 'caffe-alexnet',
  columns: 'together',
  order: ['conv1', 'relu1', 'norm1', 'pool1', 'conv2', 'relu2', 'norm2', 'pool2', ...upper],
  layers: {
    conv1,
    relu1: relu,
    norm1: norm,
    pool1: pool,
    conv2,
    relu2: relu,
    norm2: norm,
    pool2: pool,
    conv3,
    relu3: relu,
    conv4,
    relu4: relu,
    conv5,
    relu5: relu,
    pool5: pool,
    fc6: hidden,
    relu6: relu,
    drop6: drop,
    fc7: hidden,
    relu7: relu,
    drop7: drop,
    fc8,
  },
};

/** `bvlc_reference_caffenet` (CAFFE `models/bvlc_reference_caffenet/train_val.prototxt`): pooling before normalisation, and biases of 1. */
export const caffenet: NetworkDesign = {
  name: 'caffenet',
  columns: 'together',
  order: ['conv1', 'relu1', 'pool1', 'norm1', 'conv2', 'relu2', 'pool2', 'norm2', ...upper],
  layers: {
    ...caffeAlexnet.layers,
    conv2: { ...conv2, initialBias: 1 },
    conv4: { ...conv4, initialBias: 1 },
    conv5: { ...conv5, initialBias: 1 },
    fc6: { ...hidden, initialBias: 1 },
    fc7: { ...hidden, initialBias: 1 },
  },
};
