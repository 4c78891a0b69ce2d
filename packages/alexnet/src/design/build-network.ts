import { Sequential } from '@convkit/layers';
import { columnsApart } from './columns-apart.js';
import { buildLayer } from './layer-design.js';
import { layersOf, type NetworkDesign } from './network-design.js';

/**
 * Makes a network of a design.
 *
 * @throws OptionError `NAME_UNKNOWN` when the order names a layer that is not described, `OPTION_INVALID` from a layer.
 *
 * @example
 * ```ts
 * import { buildNetwork, findNetwork } from '@convkit/alexnet';
 *
 * const { design } = findNetwork('alexnet-2012');
 * const asWritten = ['conv1', 'relu1', 'norm1', 'pool1', ...design.order.slice(4)];
 * console.log(buildNetwork({ ...design, order: asWritten }, { classes: 10 }).layers[1].name); // relu1
 * ```
 */
export function buildNetwork(design: NetworkDesign, options: { readonly classes: number }): Sequential {
  const named = layersOf(design);
  return new Sequential(design.columns === 'apart' ? columnsApart(named, options) : named.map(([name, layer]) => buildLayer(name, layer, options)));
}
