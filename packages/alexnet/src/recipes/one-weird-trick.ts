import { cudaConvnet2, torchvision } from '../networks/one-weird-trick.js';
import type { Recipe } from '../recipe.js';
import { alexnet2012AsCodedRecipe } from './alexnet-2012.js';

/** Training of torchvision's AlexNet by its reference script: 56.522 / 79.066 percent right on the middle crop. Images are resized by area here, by antialiased lines there. */
export const torchvisionRecipe: Recipe = {
  name: 'torchvision',
  network: torchvision,
  data: {
    sizes: [256, 256],
    channels: 3,
    resize: 'short-side',
    colours: 'rgb',
    crop: { border: 32, resized: { scale: [0.08, 1], ratio: [3 / 4, 4 / 3] } },
    flip: 0.5,
    imagesPerDraw: 1,
    mean: 'channels',
    unitDeviation: true,
    statistics: { mean: [123.675, 116.28, 103.53], deviation: [58.395, 57.12, 57.375] },
    order: 'each-epoch',
  },
  training: { batch: 256, epochs: 90 },
  optimiser: { form: 'pytorch', momentum: 0.9, decay: 0.0001, decayBiases: true },
  rates: { weights: { type: 'steps', rate: 0.01, at: [30, 60], factor: 0.1 }, biases: { type: 'steps', rate: 0.01, at: [30, 60], factor: 0.1 } },
  evaluation: { views: 1 },
  sources: {
    network: 'TV torchvision/models/alexnet.py',
    ...Object.fromEntries(
      ['conv1', 'conv2', 'conv3', 'conv4', 'conv5', 'fc6', 'fc7', 'fc8'].flatMap((layer) => [
        [`network.layers.${layer}.initialWeight`, 'PyTorch default of torch.nn.Conv2d and torch.nn.Linear'],
        [`network.layers.${layer}.initialBias`, 'PyTorch default of torch.nn.Conv2d and torch.nn.Linear'],
      ]),
    ),
    data: 'TV references/classification/presets.py',
    'data.order': 'TV references/classification/train.py: RandomSampler',
    training: 'TV references/classification/README.md: 8 GPUs with 32 images each, 90 epochs',
    optimiser: 'TV references/classification/train.py; torch.optim.SGD',
    rates: 'TV references/classification/README.md: 0.01, times 0.1 every 30 epochs',
    evaluation: 'TV references/classification/presets.py: the middle crop',
  },
};

/** Training of cuda-convnet2's network for one GPU: 40.42 / 18.15 percent error on ten views. */
export const cudaConvnet2Recipe: Recipe = {
  ...alexnet2012AsCodedRecipe,
  name: 'cuda-convnet2-1gpu',
  network: cudaConvnet2,
  data: { ...alexnet2012AsCodedRecipe.data, imagesPerDraw: 1, colourNoise: { strength: 0.1, by: 'deviation', divisor: 1.1, pca: 'imagenet' } },
  training: { batch: 128, epochs: 90 },
  rates: { weights: { type: 'dexp', rate: 0.01, factor: 250, steps: 4 }, biases: { type: 'dexp', rate: 0.02, factor: 10, steps: 2 } },
  sources: {
    network: 'CC2 layers/layers-imagenet-1gpu.cfg',
    'network.layers.conv1.rounding': 'CC2 layer.py: 1 + ceil((2 pad + n - k) / stride)',
    'network.layers.norm1.divideAlphaBySize': 'CC2 layer.py: scale / size',
    'network.layers.norm2.divideAlphaBySize': 'CC2 layer.py: scale / size',
    'network.layers.drop6': 'CC2 dropout2: no rescaling in training, times 0.5 in testing',
    'network.layers.drop7': 'CC2 dropout2: no rescaling in training, times 0.5 in testing',
    data: 'CC2 convdata.py, make-data.py',
    'data.crop': 'CC2 wiki: inner size 224 of 256',
    'data.imagesPerDraw': 'CC2 make-data/pyext jpeg.cpp: a draw for each image',
    'data.mean': 'CC2 convdata.py: the centre of the mean image',
    'data.colourNoise': 'CC2 convdata.py; numbers of the axes: make-data/input_meta',
    'data.order': 'CC2 make-data.py, python_util/data.py: one order, written once',
    training: 'CC2 wiki: minibatches of 128, 90 epochs',
    optimiser: 'CC2 layers/layer-params-imagenet-1gpu.cfg',
    rates: 'CC2 layers/layer-params-imagenet-1gpu.cfg: dexp with tgtFactor 250 in 4 steps for weights, 10 in 2 steps for biases',
    evaluation: 'CC2 wiki: multiview test, ten views',
  },
};
