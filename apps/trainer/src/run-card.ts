import { recipeEntries, type RecipeDifference } from '@convkit/alexnet';
import { shortData } from './data.js';
import { limitLines } from './limits/run-limits.js';
import { markdownTable } from './markdown-table.js';
import { formatDifference, formatValue, sourceLegend } from './recipe-text.js';
import type { RunDescription } from './run-description.js';
import { duration } from './wording.js';

/** Changes as they are stored in a run's description. */
export function packChanges(changes: readonly RecipeDifference[]): RunDescription['changes'] {
  return changes.map(({ path, a, b }) => ({ path, ...(a === undefined ? {} : { from: plain(a.value) }), ...(b === undefined ? {} : { to: plain(b.value) }) }));
}

/** What a run departs in from its recipe, one change a line. */
export function changeLines(changes: readonly RecipeDifference[]): readonly string[] {
  return changes.map((change) => {
    const [from, to] = formatDifference(change);
    return `${change.path}: ${from} -> ${to}`;
  });
}

/** The card of a run, in Markdown: what is run on what, in what it departs from its recipe, and every entry with its source. */
export function runCard(description: RunDescription, changes: readonly RecipeDifference[]): string {
  const { recipe, data, dataset, classes, dataHash, format, seed, device, created, maxSteps, maxSeconds, limits = {}, versions } = description;
  const entries = recipeEntries(recipe);
  return [
    `# ${recipe.name}`,
    '',
    `The network ${recipe.network.name} on ${shortData(data)} (${dataset.name}: ${dataset.trainImages} training and ${dataset.testImages} test images of ${classes.length} classes, `
      + `used as ${format.size}x${format.size}x${format.channels}), begun ${created} on ${device} with seed ${seed}${maxSteps === undefined ? '' : `, to end after ${maxSteps} updates`}`
      + `${maxSeconds === undefined ? '' : `, to end after ${duration(maxSeconds)}`}. Node ${versions.node}.`,
    '',
    ...limitLines(limits).flatMap((line) => [`A part of the data: ${line}.`, '']),
    ...(dataHash === undefined ? [] : 'notTaken' in dataHash ? [`SHA-256 of the data: not taken; ${dataHash.notTaken}.`, ''] : [`SHA-256 of the data: training ${dataHash.train}, test ${dataHash.test}.`, '']),
    '## Departures from the recipe',
    '',
    ...(changes.length === 0 ? ['None.'] : markdownTable([['entry', 'recipe', 'this run'], ...changes.map((change) => [change.path, ...formatDifference(change)])])),
    '',
    '## Entries',
    '',
    ...markdownTable([['entry', 'value', 'source'], ...entries.map(({ path, value, source }) => [path, formatValue(value), source])]),
    '',
    ...sourceLegend(entries).map(([key, name]) => `- ${key}: ${name}`),
    '',
  ].join('\n');
}

function plain(value: unknown): NonNullable<RunDescription['changes'][number]['from']> {
  return JSON.parse(JSON.stringify(value)) as NonNullable<RunDescription['changes'][number]['from']>;
}
