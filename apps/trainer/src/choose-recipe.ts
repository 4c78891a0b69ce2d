import { compareRecipes, findNetwork, findRecipe, overrideRecipe, rescaleRates, stretchRecipe, type Recipe, type RecipeDifference, type RecipeValue } from '@convkit/alexnet';
import { OptionError } from '@convkit/tensor';
import { checkRecipe } from './recipe-schema.js';

/** What the command line may say of a recipe. */
export interface RecipeFlags {
  readonly recipe?: string;
  readonly model?: string;
  readonly epochs?: number;
  readonly batch?: number;
  readonly lr?: number;
  /** `path=value`, each. */
  readonly set?: readonly string[];
}

/** A recipe as it will be run, and in what it differs from the one of that name. */
export interface ChosenRecipe {
  readonly recipe: Recipe;
  readonly changes: readonly RecipeDifference[];
}

/** The recipe when nothing else is asked for. */
const usual = 'alexnet-mini';

/**
 * The recipe that the command line means: one by name, with the network of `--model`, stretched to `--epochs`, with `--batch` and `--lr`, and last with whatever `--set` says.
 *
 * @throws OptionError `NAME_UNKNOWN`, `OPTION_INVALID`
 */
export function chooseRecipe({ recipe: name, model, epochs, batch, lr, set = [] }: RecipeFlags): ChosenRecipe {
  const base = name === undefined ? (model === undefined ? findRecipe(usual) : findNetwork(model).recipe) : findRecipe(name);
  let recipe = base;
  if (name !== undefined && model !== undefined) {
    recipe = { ...recipe, network: findNetwork(model).design, sources: { ...withoutGroup(recipe.sources, 'network'), network: '--model' } };
  }
  if (epochs !== undefined) recipe = { ...stretchRecipe(recipe, epochs), sources: { ...recipe.sources, 'training.epochs': '--epochs' } };
  if (batch !== undefined) recipe = overrideRecipe(recipe, 'training.batch', batch, '--batch');
  if (lr !== undefined) recipe = rescaleRates(recipe, lr);
  for (const assignment of set) {
    const { path, value } = parseAssignment(assignment);
    recipe = overrideRecipe(recipe, path, value, '--set');
  }
  recipe = checkRecipe(recipe);
  return { recipe, changes: compareRecipes(base, recipe) };
}

/** `data.flip=0`. Values are JSON, words, lists of them with commas, or `none` for no entry at all. */
function parseAssignment(text: string): { readonly path: string; readonly value: RecipeValue | undefined } {
  const at = text.indexOf('=');
  if (at < 1) throw new OptionError({ code: 'OPTION_INVALID', message: `--set ${text} is no entry and value.`, help: 'write it as PATH=VALUE, such as --set data.flip=0.' });
  const value = text.slice(at + 1);
  return { path: text.slice(0, at), value: value === 'none' ? undefined : parseValue(value) };
}

function parseValue(text: string): RecipeValue {
  try {
    return JSON.parse(text) as RecipeValue;
  } catch {
    return text.includes(',') ? text.split(',').map((each) => parseValue(each.trim())) : text;
  }
}

function withoutGroup(sources: Recipe['sources'], group: string): Recipe['sources'] {
  return Object.fromEntries(Object.entries(sources).filter(([path]) => path !== group && !path.startsWith(`${group}.`)));
}
