import { caffeAlexnet, caffenet } from '../networks/caffe.js';
import type { Recipe } from '../recipe.js';

/** Training of Caffe's AlexNet: 450,000 updates of 256 images, 89.9 epochs of ImageNet; 57.1 / 80.2 percent right on the middle crop. */
export const caffeAlexnetRecipe: Recipe = {
  name: 'caffe-alexnet',
  network: caffeAlexnet,
  data: {
    sizes: [256, 256],
    channels: 3,
    resize: 'warp',
    colours: 'bgr',
    crop: { border: 29 },
    flip: 0.5,
    imagesPerDraw: 1,
    mean: 'image-in-place',
    unitDeviation: false,
    order: 'once',
  },
  training: { batch: 256, epochs: 90 },
  optimiser: { form: '2012', momentum: 0.9, decay: 0.0005, decayBiases: false },
  rates: { weights: { type: 'steps', rate: 0.01, at: [20, 40, 60, 80], factor: 0.1 }, biases: { type: 'steps', rate: 0.02, at: [20, 40, 60, 80], factor: 0.1 } },
  evaluation: { views: 1 },
  sources: {
    network: 'CAFFE models/bvlc_alexnet/train_val.prototxt',
    'network.columns': 'CAFFE models/bvlc_alexnet/train_val.prototxt: group 2',
    'network.layers.norm1.k': 'CAFFE src/caffe/proto/caffe.proto: 1 by default',
    'network.layers.norm2.k': 'CAFFE src/caffe/proto/caffe.proto: 1 by default',
    'network.layers.norm1.divideAlphaBySize': 'CAFFE src/caffe/layers/lrn_layer.cpp: alpha / size',
    'network.layers.norm2.divideAlphaBySize': 'CAFFE src/caffe/layers/lrn_layer.cpp: alpha / size',
    data: 'CAFFE models/bvlc_alexnet/train_val.prototxt, src/caffe/data_transformer.cpp',
    'data.sizes': 'CAFFE examples/imagenet/readme.md',
    'data.resize': 'CAFFE examples/imagenet/readme.md: all images are resized to 256 x 256',
    'data.colours': 'CAFFE: images are read as BGR',
    'data.crop': 'CAFFE models/bvlc_alexnet/train_val.prototxt: crop_size 227',
    'data.order': 'CAFFE examples/imagenet/readme.md: shuffled once, when the data base is made',
    training: 'CAFFE models/bvlc_alexnet/{train_val,solver}.prototxt: batches of 256, 450,000 updates',
    optimiser: 'CAFFE models/bvlc_alexnet/solver.prototxt; src/caffe/solvers/sgd_solver.cpp: the rate inside the history',
    'optimiser.decayBiases': 'CAFFE models/bvlc_alexnet/train_val.prototxt: decay_mult 0',
    'rates.weights': 'CAFFE models/bvlc_alexnet/solver.prototxt: times 0.1 every 100,000 updates, which is 20 epochs of ImageNet',
    'rates.biases': 'CAFFE models/bvlc_alexnet/train_val.prototxt: lr_mult 2',
    evaluation: 'CAFFE models/bvlc_alexnet/train_val.prototxt: the middle crop',
  },
};

/** Training of CaffeNet, with the solver of {@link caffeAlexnetRecipe}: 57.4 / 80.4 percent right on the middle crop. */
export const caffenetRecipe: Recipe = {
  ...caffeAlexnetRecipe,
  name: 'caffenet',
  network: caffenet,
  sources: Object.fromEntries(Object.entries(caffeAlexnetRecipe.sources).map(([path, source]) => [path, source.replaceAll('bvlc_alexnet', 'bvlc_reference_caffenet')])),
};
