import { compareRecipes, recipeEntries, recipeSourceKeys, type Recipe, type RecipeDifference, type RecipeEntry, type RecipeValue } from '@convkit/alexnet';

/** An entry's value as people write it: `[224, 224]`, `0.01 from epoch 0, 0.001 from epoch 25`. */
export function formatValue(value: RecipeValue | undefined): string {
  if (value === undefined) return 'none';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value)) {
    const list = value as readonly RecipeValue[];
    return list.every((each) => typeof each === 'string') ? list.join(' ') : list.every(isStage) ? list.map(({ from, rate }) => `${rate} from epoch ${from}`).join(', ') : `[${list.map(formatValue).join(', ')}]`;
  }
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** The short names in the sources of these entries, with what they stand for. */
export function sourceLegend(entries: readonly RecipeEntry[]): readonly (readonly [key: string, name: string])[] {
  return Object.entries(recipeSourceKeys).filter(([key]) => entries.some(({ source }) => new RegExp(`\\b${key}\\b`).test(source)));
}

/** One line for each difference: where, and what either recipe has there. What only one of them has at all, such as a layer, is one line. */
export function differenceLines(a: Recipe, b: Recipe): readonly (readonly [path: string, a: string, b: string])[] {
  const entries = { a: recipeEntries(a), b: recipeEntries(b) };
  const lines = new Map<string, readonly [string, string]>();
  for (const difference of compareRecipes(a, b)) {
    const { path } = difference;
    const only = difference.a === undefined ? 'b' : difference.b === undefined ? 'a' : undefined;
    if (only === undefined) lines.set(path, formatDifference(difference));
    else {
      const group = missingGroup(path, entries[only === 'a' ? 'b' : 'a']);
      const text = groupText(group, entries[only]);
      lines.set(group, only === 'a' ? [text, 'none'] : ['none', text]);
    }
  }
  return [...lines].map(([path, [from, to]]) => [path, from, to]);
}

/** The shortest beginning of a path that no entry has. */
function missingGroup(path: string, entries: readonly RecipeEntry[]): string {
  const keys = path.split('.');
  for (let length = 1; length < keys.length; length++) {
    const prefix = keys.slice(0, length).join('.');
    if (!entries.some((entry) => entry.path.startsWith(`${prefix}.`))) return prefix;
  }
  return path;
}

function groupText(group: string, entries: readonly RecipeEntry[]): string {
  return entries
    .filter(({ path }) => path === group || path.startsWith(`${group}.`))
    .map(({ path, value }) => (path === group ? formatValue(value) : `${path.slice(group.length + 1).replace(/^type$/, '')} ${formatValue(value)}`.trim()))
    .join(', ');
}

/** Both values of a difference. Of two lists of words only the part that differs is told. */
export function formatDifference({ a, b }: RecipeDifference): readonly [string, string] {
  const [from, to] = [a?.value, b?.value];
  if (!isWords(from) || !isWords(to)) return [formatValue(from), formatValue(to)];
  let start = 0;
  while (start < Math.min(from.length, to.length) && from[start] === to[start]) start++;
  let end = 0;
  while (end < Math.min(from.length, to.length) - start && from[from.length - 1 - end] === to[to.length - 1 - end]) end++;
  const part = (words: readonly string[]) => `${start > 0 ? '… ' : ''}${words.slice(start, words.length - end).join(' ') || '(nothing)'}${end > 0 ? ' …' : ''}`;
  return [part(from), part(to)];
}

function isStage(value: RecipeValue): value is { readonly from: number; readonly rate: number } {
  return typeof value === 'object' && 'from' in value && 'rate' in value;
}

function isWords(value: RecipeValue | undefined): value is readonly string[] {
  return Array.isArray(value) && (value as readonly RecipeValue[]).every((each) => typeof each === 'string');
}
