import type { Recipe } from './recipe.js';

/** One entry of a recipe. */
export interface RecipeEntry {
  /** Such as `network.layers.conv1.stride`. */
  readonly path: string;
  /** A number, a text, yes or no, or a list of such. */
  readonly value: RecipeValue;
  /** File of the original, or section of the paper. */
  readonly source: string;
}

/** What an entry holds. */
export type RecipeValue = string | number | boolean | readonly RecipeValue[] | { readonly [key: string]: RecipeValue };

/** An entry in which two recipes differ; undefined where one does not have it. */
export interface RecipeDifference {
  /** Such as `network.layers.conv1.stride`. */
  readonly path: string;
  /** That of the first recipe. */
  readonly a: RecipeEntry | undefined;
  /** That of the second recipe. */
  readonly b: RecipeEntry | undefined;
}

/**
 * Every entry of a recipe with its source, in the order of the recipe. Lists are one entry. Layers that the network's order leaves out are left out.
 *
 * @example
 * ```ts
 * import { findRecipe, recipeEntries } from '@convkit/alexnet';
 *
 * const { value, source } = recipeEntries(findRecipe('alexnet-2012-as-coded')).find(({ path }) => path === 'data.flip')!;
 * console.log(value, source.length > 0); // 0.5 true
 * ```
 */
export function recipeEntries(recipe: Recipe): readonly RecipeEntry[] {
  const { name: _, sources, network, ...rest } = recipe;
  const layers = Object.fromEntries(network.order.map((name) => [name, network.layers[name]]));
  return flatten('', { network: { ...network, layers }, ...rest }).map(([path, value]) => ({ path, value, source: sourceOf(sources, path) }));
}

/** The entries in which two recipes differ, in the order of the first; what only the second has comes where it stands there. */
export function compareRecipes(a: Recipe, b: Recipe): readonly RecipeDifference[] {
  const [ofA, ofB] = [a, b].map((recipe) => new Map(recipeEntries(recipe).map((entry) => [entry.path, entry])));
  const paths = [...ofA.keys()];
  let at = 0;
  for (const path of ofB.keys()) {
    const place = paths.indexOf(path);
    if (place < 0) paths.splice(at++, 0, path);
    else at = place + 1;
  }
  return paths
    .filter((path) => path !== 'network.name' && JSON.stringify(ofA.get(path)?.value) !== JSON.stringify(ofB.get(path)?.value))
    .map((path) => ({ path, a: ofA.get(path), b: ofB.get(path) }));
}

/** The same recipe without the sources of entries that it does not have. */
export function keepUsedSources(recipe: Recipe): Recipe {
  const paths = recipeEntries(recipe).map(({ path }) => path);
  const used = Object.entries(recipe.sources).filter(([prefix]) => paths.some((path) => path === prefix || path.startsWith(`${prefix}.`)));
  return { ...recipe, sources: Object.fromEntries(used) };
}

/** Entries by name, and groups of them. @internal */
export type Group = { readonly [key: string]: RecipeValue | Group };

/** @internal */
export function isGroup(value: unknown): value is Group {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function flatten(path: string, value: unknown): readonly (readonly [string, RecipeValue])[] {
  if (!isGroup(value)) return value === undefined ? [] : [[path, value as RecipeValue]];
  return Object.entries(value).flatMap(([key, inner]) => flatten(path === '' ? key : `${path}.${key}`, inner));
}

function sourceOf(sources: Recipe['sources'], path: string): string {
  const keys = path.split('.');
  for (let length = keys.length; length > 0; length--) {
    const prefix = keys.slice(0, length).join('.');
    if (Object.hasOwn(sources, prefix)) return sources[prefix];
  }
  return '';
}
