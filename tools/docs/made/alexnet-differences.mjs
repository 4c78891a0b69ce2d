import { buildNetwork, compareRecipes, findRecipe, inputShape, networks, recipes, recipeSourceKeys } from '@convkit/alexnet';
import { summarise } from '@convkit/layers';

const STANDARD = 'alexnet-2012-as-coded';

/** The networks of all recipes with what they cost, and entry by entry in what each AlexNet differs from that of 2012 as coded: markdown. */
export function alexnetDifferences() {
  const others = Object.values(recipes).filter(({ name }) => name !== STANDARD && !/^cifar|mini$/.test(name));
  const costs = Object.values(recipes).map((recipe) => {
    const { defaults } = networks[recipe.network.name];
    const input = inputShape(recipe, defaults);
    const { parameters, multiplyAdds } = summarise(buildNetwork(recipe.network, defaults), [1, ...input]);
    return [`\`${recipe.name}\``, input.join(' x '), number(parameters), number(multiplyAdds), number(recipe.training.batch), number(recipe.training.epochs), String(recipe.evaluation.views)];
  });
  return [
    '## What each one costs',
    table(['recipe', 'input', 'parameters', 'multiply-adds an image', 'batch', 'epochs', 'views'], costs),
    ...others.flatMap((other) => [`## ${other.name}`, differences(other)]),
    '## Sources',
    table(['short', 'what it stands for'], Object.entries(recipeSourceKeys).map(([key, name]) => [`\`${key}\``, name])),
  ].join('\n\n');
}

/** @param {import('@convkit/alexnet').Recipe} other */
function differences(other) {
  const rows = compareRecipes(findRecipe(STANDARD), other).map(({ path, a, b }) => [`\`${path}\``, value(a), value(b), (b ?? a)?.source ?? '']);
  return table(['entry', 'as coded', 'here', 'source'], rows);
}

/** @param {import('@convkit/alexnet').RecipeEntry | undefined} entry */
function value(entry) {
  if (entry === undefined) return '–';
  const all = Array.isArray(entry.value) ? entry.value : [entry.value];
  return all.map((one) => (typeof one === 'object' ? JSON.stringify(one) : String(one))).join(', ');
}

/** @param {number} n */
function number(n) {
  return n.toLocaleString('en');
}

/**
 * @param {readonly string[]} head
 * @param {readonly (readonly string[])[]} rows
 */
function table(head, rows) {
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`).join('\n');
}
