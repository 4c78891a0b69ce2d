import type { NetworkDesign } from '../design/network-design.js';
import { keepUsedSources } from '../recipe-entries.js';
import { alexnet147, alexnet148, alexnet167, alexnet2012, alexnet2012AsWritten, alexnet2012Half } from '../networks/alexnet-2012.js';
import type { Recipe } from '../recipe.js';

/**
 * Training of the network of 2012 as its code did it: net 145 on ILSVRC-2012, 91 epochs. Where the run of 2012 was steered by hand, the moments are those of its log.
 */
export const alexnet2012AsCodedRecipe: Recipe = {
  name: 'alexnet-2012-as-coded',
  network: alexnet2012,
  data: {
    sizes: [256, 256],
    channels: 3,
    resize: 'short-side',
    colours: 'rgb',
    crop: { border: 32 },
    flip: 0.5,
    imagesPerDraw: 32,
    mean: 'image',
    unitDeviation: false,
    colourNoise: { strength: 0.1, by: 'deviation', divisor: 1.1, pca: 'imagenet', until: 67 },
    order: 'once',
  },
  training: { batch: 128, epochs: 91 },
  optimiser: { form: '2012', momentum: 0.9, decay: 0.0005, decayBiases: false },
  rates: {
    weights: { type: 'manual', rates: [{ from: 0, rate: 0.01 }, { from: 25, rate: 1e-3 }, { from: 51, rate: 1e-4 }, { from: 79, rate: 1e-5 }] },
    biases: { type: 'manual', rates: [{ from: 0, rate: 0.02 }, { from: 51, rate: 0.002 }] },
    layers: { conv1: { type: 'manual', rates: [{ from: 0, rate: 0.01 }, { from: 25, rate: 1e-3 }, { from: 51, rate: 1e-4 }, { from: 67, rate: 1e-5 }, { from: 72, rate: 0 }] } },
  },
  evaluation: { views: 10 },
  sources: {
    network: 'CHM layers/layers-145.cfg',
    'network.columns': 'CHM layers/layers-145.cfg: two columns, a and b, on two GPUs; as groups they compute the same',
    'network.layers.conv1.rounding': 'CHM layer.py: 1 + ceil((2 pad + n - k) / stride); CC1 filter_acts.cu: zeros outside',
    'network.layers.norm1.divideAlphaBySize': 'CHM layer.py, NormLayerParser: scale / size',
    'network.layers.norm2.divideAlphaBySize': 'CHM layer.py, NormLayerParser: scale / size',
    'network.layers.spatialNorm2': 'CHM layers/layers-145.cfg (cnorm2a, cnorm2b), layer-params-145.cfg; not in PAPER',
    'network.layers.norm1.groups': 'CHM layers/layers-145.cfg: a normalisation for each column',
    'network.layers.norm2.groups': 'CHM layers/layers-145.cfg: a normalisation for each column',
    'network.layers.drop6': 'CHM src/layer.cu: no rescaling in training, times 0.5 in testing',
    'network.layers.drop7': 'CHM src/layer.cu: no rescaling in training, times 0.5 in testing',
    'network.layers.fc7.swapped': 'CHM layers/layers-145.cfg: fc2048bb reads b, a',
    'data.sizes': 'PAPER 2: short side 256, middle 256 x 256',
    'data.channels': 'CHM convdata_jpeg.py',
    'data.resize': 'PAPER 2; CC2 make-data.py',
    'data.colours': 'CHM convdata_jpeg.py',
    'data.crop': 'CHM convdata_jpeg.py: offsets 0 to 32; CC2 wiki: inner size 224',
    'data.flip': 'CHM convdata_jpeg.py',
    'data.imagesPerDraw': 'CHM convdata_jpeg.py: crop_chunk 32',
    'data.mean': 'CHM convdata_jpeg.py: the centre of the mean image, whatever the crop',
    'data.unitDeviation': 'CHM convdata_jpeg.py: values 0 to 255, mean subtracted, nothing divided',
    'data.colourNoise': 'CHM convdata_jpeg.py; numbers of the axes: CC2 make-data/input_meta',
    'data.colourNoise.until': 'CHM layer-params-145.cfg: the restart of epoch 67 was without colour noise',
    'data.order': 'CC2 make-data.py, python_util/data.py: one order, written once',
    'training.batch': 'CHM convnet.py',
    'training.epochs': 'CHM layer-params-145.cfg: stopped at 91',
    optimiser: 'CHM src/weights.cu, layer-params-145.cfg; PAPER 5',
    'rates.weights': 'CHM layer-params-145.cfg; PAPER 5: divided by ten by hand',
    'rates.biases': 'CHM layer-params-145.cfg: twice the rate of the weights; one fall, as in layer-params-120-4gpu.cfg and layer-params-145-2010.cfg. Its moment is in neither file: here with the second fall of the weights',
    'rates.layers.conv1': 'CHM layer-params-145.cfg: 1e-5 from epoch 67, frozen from 72',
    'evaluation.views': 'CHM convdata_jpeg.py, src/layer.cu: probabilities of ten views averaged; PAPER 4.1',
  },
};

/** Training of the network of 2012 as its paper tells it. */
export const alexnet2012AsWrittenRecipe: Recipe = {
  name: 'alexnet-2012-as-written',
  network: alexnet2012AsWritten,
  data: {
    ...alexnet2012AsCodedRecipe.data,
    imagesPerDraw: 1,
    mean: 'image-in-place',
    colourNoise: { strength: 0.1, by: 'eigenvalue', divisor: 1, pca: 'imagenet' },
    order: 'each-epoch',
  },
  training: { batch: 128, epochs: 90 },
  optimiser: { form: '2012', momentum: 0.9, decay: 0.0005, decayBiases: true },
  rates: {
    weights: { type: 'plateau', rate: 0.01, factor: 0.1, patience: 5, metric: 'top1' },
    biases: { type: 'plateau', rate: 0.01, factor: 0.1, patience: 5, metric: 'top1' },
  },
  evaluation: { views: 10 },
  sources: {
    network: 'PAPER 3.5',
    'network.columns': 'PAPER 3.2: two GPUs; as groups they compute the same',
    'network.order': 'PAPER 3.3 to 3.5: normalisation after ReLU, pooling after normalisation',
    'network.layers.conv1.rounding': 'not in PAPER; it makes the 55 x 55 maps of its figure 2',
    'network.layers.norm1': 'PAPER 3.3: k 2, n 5, alpha 1e-4, beta 0.75, nothing divided',
    'network.layers.norm2': 'PAPER 3.3: k 2, n 5, alpha 1e-4, beta 0.75, nothing divided',
    'network.layers.norm1.groups': 'PAPER 3.2 and figure 2: GPUs exchange at certain layers only',
    'network.layers.norm2.groups': 'PAPER 3.2 and figure 2: GPUs exchange at certain layers only',
    'network.layers.pool1': 'PAPER 3.4: 3 x 3, stride 2',
    'network.layers.pool2': 'PAPER 3.4: 3 x 3, stride 2',
    'network.layers.pool5': 'PAPER 3.4: 3 x 3, stride 2',
    'network.layers.drop6': 'PAPER 4.2: kept with 0.5; outputs times 0.5 in testing',
    'network.layers.drop7': 'PAPER 4.2: kept with 0.5; outputs times 0.5 in testing',
    ...Object.fromEntries(
      ['conv1', 'conv2', 'conv3', 'conv4', 'conv5', 'fc6', 'fc7', 'fc8'].flatMap((layer) => [
        [`network.layers.${layer}.initialWeight`, 'PAPER 5: deviation 0.01 in every layer'],
        [`network.layers.${layer}.initialBias`, 'PAPER 5: 1 in the second, fourth and fifth convolution and the hidden layers, else 0'],
      ]),
    ),
    data: 'PAPER 2',
    'data.colours': 'PAPER 2: RGB',
    'data.crop': 'PAPER 4.1: random 224 x 224 patches of 256 x 256',
    'data.flip': 'PAPER 4.1: horizontal reflections',
    'data.imagesPerDraw': 'PAPER 4.1: patches of images, nothing shared',
    'data.mean': 'PAPER 2: the mean activity over the training set from each pixel',
    'data.colourNoise': 'PAPER 4.1: the eigenvalue times a normal number of deviation 0.1; nothing divided. Numbers: CC2 make-data/input_meta',
    'data.order': 'not in PAPER',
    'training.batch': 'PAPER 5',
    'training.epochs': 'PAPER 5: roughly 90 cycles',
    optimiser: 'PAPER 5',
    'optimiser.decayBiases': 'PAPER 5 writes one rule for w and excepts nothing',
    rates: 'PAPER 5: an equal rate for all layers, 0.01 at first, divided by ten when the validation error stopped improving; after how many epochs is not told: here 5',
    'evaluation.views': 'PAPER 4.1: five patches and their reflections, predictions averaged',
  },
};

/** The recipe of net 145 with another network; sources of what that does not have are left out. */
function ofNet145(name: string, network: NetworkDesign, changes: Pick<Recipe, 'sources'> & Partial<Recipe>): Recipe {
  return keepUsedSources({ ...alexnet2012AsCodedRecipe, name, network, ...changes, sources: { ...alexnet2012AsCodedRecipe.sources, ...changes.sources } });
}

/** The paper's comparison with one column, section 3.2. */
export const alexnet2012HalfRecipe = ofNet145('alexnet-2012-half', alexnet2012Half, {
  sources: { network: 'CHM layers/layers-145-half.cfg', 'network.columns': 'CHM layers/layers-145-half.cfg: one column' },
});

/** The paper's comparison with pooling that does not overlap, section 3.4. */
export const alexnet147Recipe = ofNet145('alexnet-147', alexnet147, { sources: { network: 'CHM layers/layers-147.cfg' } });

/** The paper's comparison without normalisation, section 3.3. */
export const alexnet148Recipe = ofNet145('alexnet-148', alexnet148, { sources: { network: 'CHM layers/layers-148.cfg' } });

/** Without normalisation after the second convolution, and with rates that fall by ten for all layers at once. */
export const alexnet167Recipe = ofNet145('alexnet-167', alexnet167, {
  rates: { weights: alexnet2012AsCodedRecipe.rates.weights, biases: alexnet2012AsCodedRecipe.rates.biases },
  sources: {
    network: 'CHM net 167 (layer-params-167.cfg): the shape of net 145 without normalisation after conv2',
    'rates.weights': 'CHM layer-params-167.cfg: 1e-2 to 1e-5; the moments are those of net 145',
  },
});
