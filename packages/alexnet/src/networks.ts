import type { Sequential } from '@convkit/layers';
import { alexnet2012 } from './alexnet-2012.js';
import { alexnetMini } from './alexnet-mini.js';
import type { ImageFormat } from './image-format.js';
import { lookUp } from './look-up.js';
import type { Recipe } from './recipe.js';
import { alexnet2012Recipe, alexnetMiniRecipe } from './recipes.js';

/** A network that can be asked for by name. */
export interface NetworkDescription {
  readonly name: string;
  /** The data it is meant for, where nothing else is known. */
  readonly defaults: ImageFormat;
  /** How it is trained unless another recipe is asked for. */
  readonly recipe: Recipe;
  /** @throws OptionError `OPTION_INVALID` */
  build(options: { readonly classes: number }): Sequential;
}

/** All networks by name. */
export const networks: Readonly<Record<string, NetworkDescription>> = {
  'alexnet-2012': { name: 'alexnet-2012', defaults: { size: 256, channels: 3, classes: 1000 }, recipe: alexnet2012Recipe, build: alexnet2012 },
  'alexnet-mini': { name: 'alexnet-mini', defaults: { size: 28, channels: 1, classes: 10 }, recipe: alexnetMiniRecipe, build: alexnetMini },
};

/**
 * A network by name.
 *
 * @throws OptionError `NAME_UNKNOWN`, with the names there are.
 *
 * @example
 * ```ts
 * import { findNetwork, inputShape } from '@convkit/alexnet';
 * import { formatSummary, summarise } from '@convkit/layers';
 *
 * const { build, recipe, defaults } = findNetwork('alexnet-mini');
 * console.log(formatSummary(summarise(build(defaults), [1, ...inputShape(recipe, defaults)])));
 * ```
 */
export function findNetwork(name: string): NetworkDescription {
  return lookUp('network', networks, name);
}
