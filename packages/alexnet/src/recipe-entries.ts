import { OptionError } from '@convkit/tensor';
import type { Recipe, ScheduleDesign } from './recipe.js';

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
  readonly path: string;
  readonly a: RecipeEntry | undefined;
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

/**
 * A recipe with one entry changed, and its source said to be `by`.
 *
 * @param path Of an entry, or of a group of them, such as `data.colourNoise`.
 * @param value The new value; undefined takes the entry away.
 * @throws OptionError `NAME_UNKNOWN` when no group of entries is there for it. Whether the value makes sense is not checked here.
 *
 * @example
 * ```ts
 * import { compareRecipes, findRecipe, overrideRecipe } from '@convkit/alexnet';
 *
 * const recipe = findRecipe('alexnet-2012-as-coded');
 * const changed = overrideRecipe(recipe, 'data.imagesPerDraw', 1, 'a try');
 * console.log(compareRecipes(recipe, changed).map(({ path, a, b }) => [path, a?.value, b?.value])); // [ [ 'data.imagesPerDraw', 32, 1 ] ]
 * ```
 */
export function overrideRecipe(recipe: Recipe, path: string, value: RecipeValue | undefined, by: string): Recipe {
  const keys = path.split('.');
  const changed = replace(recipe as unknown as Group, keys, value, path) as unknown as Recipe;
  return { ...changed, sources: { ...changed.sources, [path]: by } };
}

/**
 * The same recipe over another number of epochs: every moment of its schedules, and the end of its colour noise, keep their place in proportion.
 */
export function stretchRecipe(recipe: Recipe, epochs: number): Recipe {
  const factor = epochs / recipe.training.epochs;
  const { colourNoise } = recipe.data;
  return {
    ...recipe,
    training: { ...recipe.training, epochs },
    rates: mapSchedules(recipe.rates, (schedule) => stretchSchedule(schedule, factor)),
    ...(colourNoise?.until === undefined ? {} : { data: { ...recipe.data, colourNoise: { ...colourNoise, until: colourNoise.until * factor } } }),
  };
}

/** The same recipe with another first rate for the weights; all other rates keep their proportion to it. */
export function rescaleRates(recipe: Recipe, rate: number): Recipe {
  const factor = rate / firstRate(recipe.rates.weights);
  return { ...recipe, rates: mapSchedules(recipe.rates, (schedule) => rescaleSchedule(schedule, factor)) };
}

/** The same recipe without the sources of entries that it does not have. */
export function keepUsedSources(recipe: Recipe): Recipe {
  const paths = recipeEntries(recipe).map(({ path }) => path);
  const used = Object.entries(recipe.sources).filter(([prefix]) => paths.some((path) => path === prefix || path.startsWith(`${prefix}.`)));
  return { ...recipe, sources: Object.fromEntries(used) };
}

type Group = { readonly [key: string]: RecipeValue | Group };

function isGroup(value: unknown): value is Group {
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

function replace(group: Group, [key, ...rest]: readonly string[], value: RecipeValue | undefined, path: string): Group {
  if (rest.length === 0) {
    const { [key]: _, ...others } = group;
    if (value === undefined) return others;
    return { ...group, [key]: value };
  }
  const inner = Object.hasOwn(group, key) ? group[key] : undefined;
  if (!isGroup(inner)) {
    const known = Object.keys(group).filter((name) => isGroup(group[name]));
    throw new OptionError({ code: 'NAME_UNKNOWN', message: `the recipe has no entry "${path}": there is no group "${key}".`, help: `use ${known.join(', ') || 'a shorter path'}.` });
  }
  return { ...group, [key]: replace(inner, rest, value, path) };
}

function mapSchedules(rates: Recipe['rates'], change: (schedule: ScheduleDesign) => ScheduleDesign): Recipe['rates'] {
  const { weights, biases, layers } = rates;
  return {
    weights: change(weights),
    biases: change(biases),
    ...(layers === undefined ? {} : { layers: Object.fromEntries(Object.entries(layers).map(([name, schedule]) => [name, change(schedule)])) }),
  };
}

function stretchSchedule(schedule: ScheduleDesign, factor: number): ScheduleDesign {
  if (schedule.type === 'steps') return { ...schedule, at: schedule.at.map((epoch) => epoch * factor) };
  if (schedule.type === 'manual') return { ...schedule, rates: schedule.rates.map(({ from, rate }) => ({ from: from * factor, rate })) };
  return schedule;
}

function rescaleSchedule(schedule: ScheduleDesign, factor: number): ScheduleDesign {
  if (schedule.type === 'manual') return { ...schedule, rates: schedule.rates.map(({ from, rate }) => ({ from, rate: rate * factor })) };
  return { ...schedule, rate: schedule.rate * factor };
}

function firstRate(schedule: ScheduleDesign): number {
  return schedule.type === 'manual' ? schedule.rates[0].rate : schedule.rate;
}
