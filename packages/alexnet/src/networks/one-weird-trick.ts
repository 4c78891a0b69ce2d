import type { Conv2dDesign, DenseDesign, DropoutDesign, LrnDesign, PoolDesign } from '../design/layer-design.js';
import type { NetworkDesign } from '../design/network-design.js';

const relu = { type: 'relu' } as const;

const torchPool: PoolDesign = { type: 'maxPool', window: 3, stride: 2 };
const torchDrop: DropoutDesign = { type: 'dropout', keep: 0.5, scaling: 'train' };
const torchDefault = { initialWeight: 'pytorch', initialBias: 'pytorch' } as const;
const torchConv = (outputs: number): Conv2dDesign => ({ type: 'conv2d', outputs, kernelSize: 3, padding: 1, ...torchDefault });

/**
 * `alexnet` of torchvision (TV `torchvision/models/alexnet.py`), the single tower of "One weird trick for parallelizing convolutional neural networks" (Krizhevsky, 2014) without
 * its normalisation: 64-192-384-256-256 channels, no groups, 2 pixels of padding, dropout before the hidden layers instead of after them.
 * 61,100,840 parameters, 714,188,480 multiply-adds. Its average pooling to 6 x 6 changes nothing for 224 x 224 pixels and is left out.
 */
export const torchvision: NetworkDesign = {
  name: 'torchvision',
  columns: 'together',
  order: [
    'conv1', 'relu1', 'pool1', 'conv2', 'relu2', 'pool2', 'conv3', 'relu3', 'conv4', 'relu4', 'conv5', 'relu5', 'pool5',
    'drop6', 'fc6', 'relu6', 'drop7', 'fc7', 'relu7', 'fc8',
  ],
  layers: {
    conv1: { type: 'conv2d', outputs: 64, kernelSize: 11, stride: 4, padding: 2, ...torchDefault },
    relu1: relu,
    pool1: torchPool,
    conv2: { type: 'conv2d', outputs: 192, kernelSize: 5, padding: 2, ...torchDefault },
    relu2: relu,
    pool2: torchPool,
    conv3: torchConv(384),
    relu3: relu,
    conv4: torchConv(256),
    relu4: relu,
    conv5: torchConv(256),
    relu5: relu,
    pool5: torchPool,
    drop6: torchDrop,
    fc6: { type: 'dense', outputs: 4096, ...torchDefault },
    relu6: relu,
    drop7: torchDrop,
    fc7: { type: 'dense', outputs: 4096, ...torchDefault },
    relu7: relu,
    fc8: { type: 'dense', outputs: 'classes', ...torchDefault },
  },
};

const norm: LrnDesign = { type: 'lrn', size: 5, alpha: 1e-4, divideAlphaBySize: true, beta: 0.75, k: 2 };
const pool: PoolDesign = { type: 'maxPool', window: 3, stride: 2, rounding: 'ceil' };
const drop: DropoutDesign = { type: 'dropout', keep: 0.5, scaling: 'test' };
const hidden: DenseDesign = { type: 'dense', outputs: 4096, initialWeight: 0.01, initialBias: 1 };

/**
 * The network for one GPU of cuda-convnet2 (CC2 `layers/layers-imagenet-1gpu.cfg`): torchvision's channels with the borders, the normalisation, the order, the dropout and the first values of 2012,
 * and -7 for the biases of the head. 40.42 / 18.15 percent error on ten views.
 */
export const cudaConvnet2: NetworkDesign = {
  name: 'cuda-convnet2-1gpu',
  columns: 'together',
  order: [
    'conv1', 'norm1', 'pool1', 'relu1', 'conv2', 'relu2', 'norm2', 'pool2', 'conv3', 'relu3', 'conv4', 'relu4', 'conv5', 'pool5', 'relu5',
    'fc6', 'relu6', 'drop6', 'fc7', 'relu7', 'drop7', 'fc8',
  ],
  layers: {
    conv1: { type: 'conv2d', outputs: 64, kernelSize: 11, stride: 4, rounding: 'ceil', initialWeight: 0.01, initialBias: 0 },
    norm1: norm,
    pool1: pool,
    relu1: relu,
    conv2: { type: 'conv2d', outputs: 192, kernelSize: 5, padding: 2, initialWeight: 0.01, initialBias: 1 },
    relu2: relu,
    norm2: norm,
    pool2: pool,
    conv3: { type: 'conv2d', outputs: 384, kernelSize: 3, padding: 1, initialWeight: 0.03, initialBias: 0 },
    relu3: relu,
    conv4: { type: 'conv2d', outputs: 256, kernelSize: 3, padding: 1, initialWeight: 0.03, initialBias: 1 },
    relu4: relu,
    conv5: { type: 'conv2d', outputs: 256, kernelSize: 3, padding: 1, initialWeight: 0.03, initialBias: 1 },
    pool5: pool,
    relu5: relu,
    fc6: hidden,
    relu6: relu,
    drop6: drop,
    fc7: hidden,
    relu7: relu,
    drop7: drop,
    fc8: { type: 'dense', outputs: 'classes', initialWeight: 0.01, initialBias: -7 },
  },
};
