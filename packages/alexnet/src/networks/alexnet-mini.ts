import type { DenseDesign, DropoutDesign, LrnDesign, PoolDesign } from '../design/layer-design.js';
import type { NetworkDesign } from '../design/network-design.js';

const relu = { type: 'relu' } as const;
const drop: DropoutDesign = { type: 'dropout', keep: 0.5, scaling: 'test' };
const pool: PoolDesign = { type: 'maxPool', window: 3, stride: 2, rounding: 'ceil' };
const norm: LrnDesign = { type: 'lrn', size: 5, alpha: 0.25, divideAlphaBySize: true, beta: 0.75, k: 1 };
const he = { initialWeight: 'he-normal', initialBias: 0 } as const;
const hidden: DenseDesign = { type: 'dense', outputs: 512, ...he };

/**
 * The skeleton of 2012 for images of 28 to 32 pixels, grey or RGB: small enough to be trained in minutes without a GPU. Filters shrink with the image, and so does the first stride, to 1;
 * the first values are He's, with which so deep a net learns from the first step; the normalisation is weaker than that of 2012 because the activations are some hundred times smaller.
 */
export const alexnetMini: NetworkDesign = {
  name: 'alexnet-mini',
  columns: 'together',
  order: [
    'conv1', 'norm1', 'pool1', 'relu1', 'conv2', 'relu2', 'norm2', 'pool2', 'conv3', 'relu3', 'conv4', 'relu4', 'conv5', 'pool5', 'relu5',
    'fc6', 'relu6', 'drop6', 'fc7', 'relu7', 'drop7', 'fc8',
  ],
  layers: {
    conv1: { type: 'conv2d', outputs: 16, kernelSize: 5, padding: 2, ...he },
    norm1: norm,
    pool1: pool,
    relu1: relu,
    conv2: { type: 'conv2d', outputs: 32, kernelSize: 3, padding: 1, groups: 2, ...he },
    relu2: relu,
    norm2: norm,
    pool2: pool,
    conv3: { type: 'conv2d', outputs: 48, kernelSize: 3, padding: 1, ...he },
    relu3: relu,
    conv4: { type: 'conv2d', outputs: 48, kernelSize: 3, padding: 1, groups: 2, ...he },
    relu4: relu,
    conv5: { type: 'conv2d', outputs: 48, kernelSize: 3, padding: 1, groups: 2, ...he },
    pool5: pool,
    relu5: relu,
    fc6: hidden,
    relu6: relu,
    drop6: drop,
    fc7: hidden,
    relu7: relu,
    drop7: drop,
    fc8: { type: 'dense', outputs: 'classes', initialWeight: 0.03, initialBias: 0 },
  },
};
