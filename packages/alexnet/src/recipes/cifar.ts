import { cifar11pct, cifar13pct, cifar18pct, cifar19pct } from '../networks/cifar.js';
import { keepUsedSources } from '../recipe-entries.js';
import type { Recipe } from '../recipe.js';

/** Training of {@link cifar18pct}: 140 epochs without augmentation, 18 % error on the test images of CIFAR-10. */
export const cifar18pctRecipe: Recipe = {
  name: 'cifar-18pct',
  network: cifar18pct,
  data: {
    sizes: [32, 32],
    channels: 3,
    resize: 'short-side',
    colours: 'rgb',
    crop: { border: 0 },
    flip: 0,
    imagesPerDraw: 1,
    mean: 'image',
    unitDeviation: false,
    order: 'once',
  },
  training: { batch: 128, epochs: 140 },
  optimiser: { form: '2012', momentum: 0.9, decay: 0.004, decayBiases: false, decayOf: { fc10: 1 } },
  rates: { weights: { type: 'steps', rate: 0.001, at: [120, 130], factor: 0.1 }, biases: { type: 'steps', rate: 0.002, at: [120, 130], factor: 0.1 } },
  evaluation: { views: 1 },
  sources: {
    network: 'CC1 example-layers/layers-18pct.cfg',
    'network.layers.norm1': 'CC1 example-layers/layers-18pct.cfg, layer-params-18pct.cfg; layer.py: scale / size²',
    'network.layers.norm2': 'CC1 example-layers/layers-18pct.cfg, layer-params-18pct.cfg; layer.py: scale / size²',
    data: 'CC1 convdata.py, CIFARDataProvider: all of the image, its mean image subtracted',
    'data.order': 'CC1 data.py: one order, written once',
    'training.batch': 'CC1 convnet.py',
    'training.epochs': 'CC1 example-layers/layer-params-18pct.cfg: 120 epochs, then 10, then as many again',
    optimiser: 'CC1 example-layers/layer-params-18pct.cfg',
    rates: 'CC1 example-layers/layer-params-18pct.cfg: divided by ten after 120 epochs and after 10 more. It says "all learning rates": biases too',
    evaluation: 'CC1 convnet.py: the image itself',
  },
};

/** Training of {@link cifar19pct}: without normalisation, 19 % error. */
export const cifar19pctRecipe: Recipe = keepUsedSources({
  ...cifar18pctRecipe,
  name: 'cifar-19pct',
  network: cifar19pct,
  optimiser: { ...cifar18pctRecipe.optimiser, decayOf: { fc10: 3 } },
  sources: {
    ...cifar18pctRecipe.sources,
    network: 'CC1 example-layers/layers-19pct.cfg',
    optimiser: 'CC1 example-layers/layer-params-19pct.cfg',
    'training.epochs': 'not in CC1 example-layers/layer-params-19pct.cfg: those of layer-params-18pct.cfg',
    rates: 'CC1 example-layers/layer-params-19pct.cfg; the moments are those of layer-params-18pct.cfg',
  },
});

/** Training of {@link cifar11pct}: 520 epochs of crops and mirror images, 11 % error on averaged views. The code held the fifth batch back for 350 of them; here all train from the beginning. */
export const cifar11pctRecipe: Recipe = {
  name: 'cifar-11pct',
  network: cifar11pct,
  data: { ...cifar18pctRecipe.data, crop: { border: 8 }, flip: 0.5 },
  training: { batch: 128, epochs: 520 },
  optimiser: { form: '2012', momentum: 0.9, decay: 0.004, decayBiases: false, decayOf: { conv1: 0, conv2: 0, fc10: 0.01 } },
  rates: { weights: { type: 'steps', rate: 0.001, at: [500, 510], factor: 0.1 }, biases: { type: 'constant', rate: 0.002 } },
  evaluation: { views: 9 },
  sources: {
    network: 'CC1 example-layers/layers-conv-local-11pct.cfg; CC2 layers/layers-cifar10-11pct.cfg',
    'network.layers.norm1': 'CC1 example-layers/layers-conv-local-11pct.cfg, layer-params-conv-local-11pct.cfg; layer.py: scale / size',
    'network.layers.norm2': 'CC1 example-layers/layers-conv-local-11pct.cfg, layer-params-conv-local-11pct.cfg; layer.py: scale / size',
    data: 'CC1 convdata.py, CroppedCIFARDataProvider: crops of 24 x 24, mirror images, the centre of the mean image',
    'data.order': 'CC1 data.py: one order, written once',
    'training.batch': 'CC1 convnet.py',
    'training.epochs': 'CC1 example-layers/layer-params-conv-local-11pct.cfg: 350 epochs on four batches and 150 on five, then 10, then 10',
    optimiser: 'CC1 example-layers/layer-params-conv-local-11pct.cfg; CC2 layers/layer-params-cifar10-11pct.cfg',
    'rates.weights': 'CC1 example-layers/layer-params-conv-local-11pct.cfg: divided by ten twice, 20 and 10 epochs before the end',
    'rates.biases': 'CC1 example-layers/layer-params-conv-local-11pct.cfg: only epsW falls',
    evaluation: 'CC2 convdata.py: nine views of 24 x 24, no mirror images',
  },
};

/** Training of {@link cifar13pct}: as {@link cifar11pctRecipe}, 13 % error. */
export const cifar13pctRecipe: Recipe = keepUsedSources({
  ...cifar11pctRecipe,
  name: 'cifar-13pct',
  network: cifar13pct,
  optimiser: { ...cifar11pctRecipe.optimiser, decayOf: { conv1: 0, conv2: 0 } },
  sources: {
    ...cifar11pctRecipe.sources,
    network: 'CC1 example-layers/layers-conv-local-13pct.cfg',
    optimiser: 'CC1 example-layers/layer-params-conv-local-13pct.cfg',
    'training.epochs': 'not in CC1 example-layers/layer-params-conv-local-13pct.cfg: those of the 11 % net',
  },
});
