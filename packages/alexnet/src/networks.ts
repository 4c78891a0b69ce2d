import type { NetworkDesign } from './design/network-design.js';
import type { ImageFormat } from './image-format.js';
import { lookUp } from './look-up.js';
import type { Recipe } from './recipe.js';
import { recipes } from './recipes.js';

/** A network that can be asked for by name. */
export interface NetworkDescription {
  /** By which it is asked for, such as `alexnet-2012`. */
  readonly name: string;
  /** What {@link buildNetwork} makes it of. */
  readonly design: NetworkDesign;
  /** How it is trained unless another recipe is asked for. */
  readonly recipe: Recipe;
  /** The data it is meant for, where nothing else is known. */
  readonly defaults: ImageFormat;
}

/** All networks by name. Each has a recipe of its own. */
export const networks: Readonly<Record<string, NetworkDescription>> = Object.fromEntries(
  Object.values(recipes).map((recipe) => {
    const { network: design, data } = recipe;
    const largest = data.sizes[1];
    // The small network is at home with Fashion-MNIST, all others with photographs.
    const defaults = design.name === 'alexnet-mini' ? { size: 28, channels: 1, classes: 10 } : { size: largest, channels: 3, classes: largest < 64 ? 10 : 1000 };
    return [design.name, { name: design.name, design, recipe, defaults }];
  }),
);

/**
 * A network by name.
 *
 * @throws OptionError `NAME_UNKNOWN`, with the names there are.
 *
 * @example
 * ```ts
 * import { buildNetwork, findNetwork, inputShape } from '@convkit/alexnet';
 * import { formatSummary, summarise } from '@convkit/layers';
 *
 * const { design, recipe, defaults } = findNetwork('alexnet-mini');
 * console.log(formatSummary(summarise(buildNetwork(design, defaults), [1, ...inputShape(recipe, defaults)])));
 * ```
 */
export function findNetwork(name: string): NetworkDescription {
  return lookUp('network', networks, name);
}
