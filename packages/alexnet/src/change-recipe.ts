import { OptionError } from '@convkit/tensor';
import { isGroup, type Group, type RecipeValue } from './recipe-entries.js';
import type { Recipe, ScheduleDesign } from './recipe.js';

/**
 * A recipe with one entry changed, and its source said to be `by`.
 *
 * @param path Of an entry, or of a group of them, such as `data.colourNoise`. A schedule whose `type` becomes another, such as by `rates.weights.type`, keeps its first rate
 * and what else it has that belongs to the new type.
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
    ...(colourNoise?.until === undefined ? {} : { data: { ...recipe.data, colourNoise: { ...colourNoise, until: times(colourNoise.until, factor) } } }),
  };
}

/** The same recipe with another first rate for the weights; all other rates keep their proportion to it. */
export function rescaleRates(recipe: Recipe, rate: number): Recipe {
  const factor = rate / firstRate(recipe.rates.weights);
  return { ...recipe, rates: mapSchedules(recipe.rates, (schedule) => rescaleSchedule(schedule, factor)) };
}

function replace(group: Group, [key, ...rest]: readonly string[], value: RecipeValue | undefined, path: string): Group {
  if (rest.length === 0) {
    const { [key]: _, ...others } = group;
    if (value === undefined) return others;
    if (key === 'type' && path.startsWith('rates.') && isScheduleType(value)) return retype(group as unknown as ScheduleDesign, value);
    return { ...group, [key]: value };
  }
  const inner = Object.hasOwn(group, key) ? group[key] : undefined;
  if (!isGroup(inner)) {
    const known = Object.keys(group).filter((name) => isGroup(group[name]));
    throw new OptionError({ code: 'NAME_UNKNOWN', message: `the recipe has no entry "${path}": there is no group "${key}".`, help: `use ${known.join(', ') || 'a shorter path'}.` });
  }
  return { ...group, [key]: replace(inner, rest, value, path) };
}

/** What a schedule of each type may have beside its type. */
const scheduleEntries: Readonly<Record<ScheduleDesign['type'], readonly string[]>> = {
  constant: ['rate', 'warmUp'],
  steps: ['rate', 'at', 'factor', 'warmUp'],
  manual: ['rates', 'warmUp'],
  dexp: ['rate', 'factor', 'steps', 'warmUp'],
  cosine: ['rate', 'least', 'warmUp'],
  polynomial: ['rate', 'power', 'least', 'warmUp'],
  plateau: ['rate', 'factor', 'patience', 'metric', 'warmUp'],
};

function isScheduleType(value: RecipeValue): value is ScheduleDesign['type'] {
  return typeof value === 'string' && Object.hasOwn(scheduleEntries, value);
}

function retype(schedule: ScheduleDesign, type: ScheduleDesign['type']): Group {
  const rate = firstRate(schedule);
  const entries = Object.entries<RecipeValue>({ rate, rates: [{ from: 0, rate }], ...schedule });
  return { type, ...Object.fromEntries(entries.filter(([name]) => scheduleEntries[type].includes(name))) };
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
  const stretched = schedule.warmUp === undefined ? schedule : { ...schedule, warmUp: times(schedule.warmUp, factor) };
  if (stretched.type === 'steps') return { ...stretched, at: stretched.at.map((epoch) => times(epoch, factor)) };
  if (stretched.type === 'manual') return { ...stretched, rates: stretched.rates.map(({ from, rate }) => ({ from: times(from, factor), rate })) };
  return stretched;
}

function rescaleSchedule(schedule: ScheduleDesign, factor: number): ScheduleDesign {
  if (schedule.type === 'manual') return { ...schedule, rates: schedule.rates.map(({ from, rate }) => ({ from, rate: times(rate, factor) })) };
  const rescaled = { ...schedule, rate: times(schedule.rate, factor) };
  return 'least' in rescaled ? { ...rescaled, least: times(rescaled.least, factor) } : rescaled;
}

function firstRate(schedule: ScheduleDesign): number {
  return schedule.type === 'manual' ? schedule.rates[0].rate : schedule.rate;
}

/** A product as people write it: 2.61 times 20 is 52.2, not 52.199999999999996. */
function times(value: number, factor: number): number {
  return Number((value * factor).toPrecision(14));
}
