import { buildNetwork, compareRecipes, findRecipe, inputShape, networks, recipeEntries, recipes, type Recipe } from '@convkit/alexnet';
import { summarise } from '@convkit/layers';
import { chooseRecipe } from '../choose-recipe.js';
import { openOutput } from '../output.js';
import { differenceLines, formatValue, sourceLegend } from '../recipe-text.js';
import { formatTable } from '../table.js';
import { count } from '../wording.js';

/** What the command line may say. */
export interface RecipeListFlags {
  readonly json?: boolean;
}

/** `alexnet recipe list`: every recipe with what its network costs. */
export function recipeListCommand({ json = false }: RecipeListFlags): void {
  const rows = Object.values(recipes).map((recipe) => {
    const { parameters, multiplyAdds } = costOf(recipe);
    const { training, data } = recipe;
    return { name: recipe.name, network: recipe.network.name, parameters, multiplyAdds, batch: training.batch, epochs: training.epochs, sizes: data.sizes };
  });
  openOutput(json).done({ type: 'done', recipes: rows }, [
    ...formatTable(
      [
        ['recipe', 'network', 'pixels', 'parameters', 'multiply-adds', 'batch', 'epochs'],
        ...rows.map(({ name, network, parameters, multiplyAdds, batch, epochs, sizes }) => [
          name, network, [...new Set(sizes)].join(' to '), count(parameters), count(multiplyAdds), String(batch), String(epochs),
        ]),
      ],
      2,
    ),
    '',
    'alexnet recipe show NAME prints every entry with its source, alexnet recipe diff A B the differences.',
  ]);
}

/** What the command line may say. */
export interface RecipeShowFlags {
  readonly set?: readonly string[];
  readonly json?: boolean;
}

/** `alexnet recipe show NAME`: every entry with its source. */
export function recipeShowCommand(name: string, { set = [], json = false }: RecipeShowFlags): void {
  const { recipe } = chooseRecipe({ recipe: name, set });
  const entries = recipeEntries(recipe);
  openOutput(json).done({ type: 'done', name, recipe, entries }, [
    ...formatTable(entries.map(({ path, value, source }) => [path, formatValue(value), source]), 3),
    '',
    ...sourceLegend(entries).map(([key, name]) => `${key.padEnd(5)}  ${name}`),
  ]);
}

/** `alexnet recipe diff A B`: one difference a line. */
export function recipeDiffCommand(a: string, b: string, { json = false }: RecipeListFlags): void {
  const [first, second] = [findRecipe(a), findRecipe(b)];
  const lines = differenceLines(first, second);
  openOutput(json).done(
    { type: 'done', a, b, differences: compareRecipes(first, second) },
    lines.length === 0 ? [`${a} and ${b} do not differ.`] : formatTable([['entry', a, b], ...lines], 3),
  );
}

function costOf(recipe: Recipe): { readonly parameters: number; readonly multiplyAdds: number } {
  const { defaults } = networks[recipe.network.name];
  return summarise(buildNetwork(recipe.network, defaults), [1, ...inputShape(recipe, defaults)]);
}
