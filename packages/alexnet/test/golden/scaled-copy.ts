import { buildNetwork, type LayerDesign, type NetworkDesign } from '@convkit/alexnet';
import { ShapeError, type Shape } from '@convkit/tensor';

/**
 * A design with its skeleton as it is (order, windows, strides, borders, roundings, groups, scalings, exponents, constants, `swapped`) and some dozen outputs in a layer.
 * First values are He's, so that activations are about as large as the pixels, and the strength of a normalisation is such that it adds the mean square under a full window to the constant:
 * a term as large as the constant. With the alphas of the networks, 1e-4 and less, it would be lost behind the fourth digit.
 */
export function scaledCopy(design: NetworkDesign): NetworkDesign {
  return { ...design, layers: Object.fromEntries(Object.entries(design.layers).map(([name, layer]) => [name, scaledLayer(layer)])) };
}

function scaledLayer(layer: LayerDesign): LayerDesign {
  const he = { initialWeight: 'he-normal', initialBias: 0.1 } as const;
  switch (layer.type) {
    case 'conv2d':
    case 'locallyConnected':
      // 8, or 12 from 320 outputs on: a window of 5 channels is cut at both ends of a half.
      return { ...layer, ...he, outputs: Math.max(8, 4 * Math.round(layer.outputs / 128)) };
    case 'dense':
      return { ...layer, ...he, outputs: layer.outputs === 'classes' ? 'classes' : Math.max(8, layer.outputs / 256) };
    case 'lrn':
      return { ...layer, alpha: layer.divideAlphaBySize ? 1 : 1 / layer.size };
    case 'lrnWithinChannel':
      return { ...layer, alpha: layer.divideAlphaBySize ? 1 : 1 / layer.size ** 2 };
    default:
      return layer;
  }
}

/**
 * Shape of the golden images of a scaled copy: the least, from 16 x 12 on, of which the network leaves at least 2 x 1 places for its dense layers.
 * So all windows fit, those that hang over do, and the dense layers see rows.
 */
export function scaledInput(design: NetworkDesign): Shape {
  const firstDense = design.order.findIndex((name) => design.layers[name].type === 'dense');
  const body = buildNetwork({ ...design, columns: 'together', order: design.order.slice(0, firstDense) }, { classes: 2 });
  const places = (size: number): number => {
    try {
      return body.outputShape([1, size, size, 3])[1];
    } catch (error) {
      if (error instanceof ShapeError) return 0;
      throw error;
    }
  };
  const least = (from: number, wanted: number): number => (places(from) >= wanted ? from : least(from + 1, wanted));
  return [2, least(16, 2), least(12, 1), 3];
}
