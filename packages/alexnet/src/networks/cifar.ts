import type { Conv2dDesign, DenseDesign, LocallyConnectedDesign, LrnDesign, LrnWithinChannelDesign, PoolDesign } from '../design/layer-design.js';
import type { NetworkDesign } from '../design/network-design.js';

const relu = { type: 'relu' } as const;
const maxPool: PoolDesign = { type: 'maxPool', window: 3, stride: 2, rounding: 'ceil' };
const avgPool: PoolDesign = { type: 'avgPool', window: 3, stride: 2, rounding: 'ceil' };
const conv = (outputs: number, initialWeight: number): Conv2dDesign => ({ type: 'conv2d', outputs, kernelSize: 5, padding: 2, initialWeight, initialBias: 0 });
const local = (outputs: number): LocallyConnectedDesign => ({ type: 'locallyConnected', outputs, kernelSize: 3, padding: 1, initialWeight: 0.04, initialBias: 0 });
const head: DenseDesign = { type: 'dense', outputs: 'classes', initialWeight: 0.01, initialBias: 0 };

/** Three convolutions for 32 x 32 pixels, 19 % error on CIFAR-10 (CC1 `example-layers/layers-19pct.cfg`): sizes 32, 16, 16, 8, 8, 4. */
export const cifar19pct: NetworkDesign = {
  name: 'cifar-19pct',
  columns: 'together',
  order: ['conv1', 'pool1', 'relu1', 'conv2', 'relu2', 'pool2', 'conv3', 'relu3', 'pool3', 'fc10'],
  layers: {
    conv1: conv(32, 0.0001),
    pool1: maxPool,
    relu1: relu,
    conv2: conv(32, 0.01),
    relu2: relu,
    pool2: avgPool,
    conv3: conv(64, 0.01),
    relu3: relu,
    pool3: avgPool,
    fc10: head,
  },
};

const spatialNorm: LrnWithinChannelDesign = { type: 'lrnWithinChannel', size: 3, alpha: 5e-5, divideAlphaBySize: true, beta: 0.75, k: 1 };

/** {@link cifar19pct} with normalisation within channels after the first two poolings, 18 % error (CC1 `example-layers/layers-18pct.cfg`). */
export const cifar18pct: NetworkDesign = {
  name: 'cifar-18pct',
  columns: 'together',
  order: ['conv1', 'pool1', 'relu1', 'norm1', 'conv2', 'relu2', 'pool2', 'norm2', 'conv3', 'relu3', 'pool3', 'fc10'],
  layers: { ...cifar19pct.layers, norm1: spatialNorm, norm2: spatialNorm },
};

/** Two convolutions and two locally connected layers for crops of 24 x 24 pixels, 13 % error (CC1 `example-layers/layers-conv-local-13pct.cfg`). */
export const cifar13pct: NetworkDesign = {
  name: 'cifar-13pct',
  columns: 'together',
  order: ['conv1', 'relu1', 'pool1', 'conv2', 'relu2', 'pool2', 'local3', 'relu3', 'local4', 'relu4', 'fc10'],
  layers: {
    conv1: conv(64, 0.0001),
    relu1: relu,
    pool1: maxPool,
    conv2: conv(64, 0.01),
    relu2: relu,
    pool2: maxPool,
    local3: local(32),
    relu3: relu,
    local4: local(32),
    relu4: relu,
    fc10: head,
  },
};

const norm: LrnDesign = { type: 'lrn', size: 9, alpha: 0.001, divideAlphaBySize: true, beta: 0.75, k: 1 };

/**
 * {@link cifar13pct} with normalisation across channels after the first pooling and after the second convolution, and twice the outputs in its third layer, 11 % error
 * (CC1 `example-layers/layers-conv-local-11pct.cfg`, CC2 `layers/layers-cifar10-11pct.cfg`).
 */
export const cifar11pct: NetworkDesign = {
  name: 'cifar-11pct',
  columns: 'together',
  order: ['conv1', 'relu1', 'pool1', 'norm1', 'conv2', 'relu2', 'norm2', 'pool2', 'local3', 'relu3', 'local4', 'relu4', 'fc10'],
  layers: { ...cifar13pct.layers, norm1: norm, norm2: norm, local3: local(64) },
};
