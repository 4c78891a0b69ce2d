import { compareRecipes, findRecipe, prepareData, type LayerDesign, type NetworkDesign, type Recipe } from '@convkit/alexnet';
import type { DatasetSplits } from '@convkit/datasets';
import { openNamedDevice, type DeviceRequest } from '@convkit/kernels-cpu';
import { OptionError, type Device } from '@convkit/tensor';
import { dot, ruleX, tickX } from '@observablehq/plot';
import { join } from 'node:path';
import { chooseRecipe } from '../choose-recipe.js';
import { openData, resolveData, shortData } from '../data.js';
import { markdownTable } from '../markdown-table.js';
import { openOutput, type Output } from '../output.js';
import { changeLines } from '../run-card.js';
import { count, duration, percent } from '../wording.js';
import { chart } from './chart.js';
import { runRecipe } from './run-recipe.js';
import { machine, StudyFolder } from './study-folder.js';

/** What the command line may say. */
export interface AblationsFlags {
  readonly data: string;
  readonly recipe: string;
  readonly set?: readonly string[];
  readonly out: string;
  readonly epochs: number;
  readonly seeds: number;
  readonly only?: readonly string[];
  readonly device: DeviceRequest;
  readonly json?: boolean;
}

/** One thing taken away from the whole, and what the paper says of it. */
interface Ablation {
  readonly name: string;
  readonly paper: string;
  /** Undefined where the recipe has no such thing. */
  readonly change: (recipe: Recipe) => Recipe | undefined;
}

const without = (recipe: Recipe, types: readonly LayerDesign['type'][]): Recipe | undefined => {
  const { order, layers } = recipe.network;
  const kept = order.filter((name) => !types.includes(layers[name].type));
  return kept.length === order.length ? undefined : withNetwork(recipe, { ...recipe.network, order: kept });
};

/** What the paper took away, or did without. */
export const ablations: readonly Ablation[] = [
  { name: 'without normalisation', paper: '+1.4 top-1, +1.2 top-5 (section 3.3)', change: (recipe) => without(recipe, ['lrn', 'lrnWithinChannel']) },
  { name: 'pooling that does not overlap', paper: '+0.4 top-1, +0.3 top-5 (section 3.4)', change: (recipe) => withLayers(recipe, (layer) => ('window' in layer && layer.window > Number(layer.stride ?? 1) ? { ...layer, window: Number(layer.stride ?? 1) } : layer)) },
  { name: 'without dropout', paper: 'substantial overfitting (section 4.2)', change: (recipe) => without(recipe, ['dropout']) },
  {
    name: 'without colour noise',
    paper: 'over +1 top-1 (section 4.1)',
    change: (recipe) => {
      const { colourNoise, ...data } = recipe.data;
      return colourNoise === undefined ? undefined : { ...recipe, data };
    },
  },
  {
    name: 'without weight decay',
    paper: 'the training error is higher, too (section 5)',
    change: (recipe) => {
      const { decayOf, ...optimiser } = recipe.optimiser;
      return optimiser.decay === 0 && decayOf === undefined ? undefined : { ...recipe, optimiser: { ...optimiser, decay: 0 } };
    },
  },
  { name: 'one column', paper: '+1.7 top-1, +1.2 top-5 (section 3.2)', change: oneColumn },
];

/** A run of one variant. */
interface Run {
  readonly variant: string;
  readonly seed: number;
  readonly trainError: number;
  readonly trainLoss: number;
  readonly testError: number;
  readonly testTop5Error: number;
  readonly testLoss: number;
  readonly seconds: number;
}

const whole = 'the whole recipe';

/** `alexnet repro ablations`: what each idea of the paper is worth on other data: the same budget, several seeds, mean and spread. */
export async function ablationsCommand(flags: AblationsFlags): Promise<void> {
  const output = openOutput(flags.json ?? false);
  const described = resolveData(flags.data);
  const set = [...defaultChanges(flags.recipe), ...(flags.set ?? [])];
  const { recipe, changes } = chooseRecipe({ recipe: flags.recipe, epochs: flags.epochs, set });
  const variants = [{ name: whole, paper: '', recipe }, ...ablations.flatMap(({ name, paper, change }) => {
    const changed = change(recipe);
    return changed === undefined ? [] : [{ name, paper, recipe: changed }];
  })];
  const chosen = flags.only === undefined ? variants : variants.filter(({ name }) => name === whole || flags.only?.includes(name) === true);
  const unknown = flags.only?.find((name) => !variants.some((variant) => variant.name === name));
  if (unknown !== undefined) throw new OptionError({ code: 'NAME_UNKNOWN', message: `there is no ablation "${unknown}" of ${flags.recipe}.`, help: `there are ${variants.slice(1).map(({ name }) => `"${name}"`).join(', ')}.` });
  const folder = await StudyFolder.open(flags.out, { recipe: flags.recipe, set, data: shortData(described), epochs: flags.epochs });
  const device = await openNamedDevice(flags.device);
  try {
    const raw = await openData(described, (message) => output.warn(message));
    // Nothing that is taken away concerns how images are made ready or what is known of them.
    const prepared = await prepareData(recipe, raw);
    const runs: Run[] = [];
    for (let seed = 1; seed <= flags.seeds; seed++) {
      for (const variant of chosen) {
        const { value, taken } = await folder.part(`${variant.name.replaceAll(' ', '-')}-seed-${seed}`, () => runVariant(variant, seed, prepared, device, output));
        runs.push(value);
        output.line({ ...value, type: 'run', taken }, [`seed ${seed}, ${variant.name}: test error ${percent(value.testError)}, training error ${percent(value.trainError)}, ${duration(value.seconds)}${taken ? ' (was there already)' : ''}`]);
      }
      await folder.write('ablations.svg', figure(runs));
      await folder.write('ablations.md', `${reportOf(runs, chosen, flags, described, recipe, changeLines(changes), raw, device.name).join('\n')}\n`);
    }
    const report = reportOf(runs, chosen, flags, described, recipe, changeLines(changes), raw, device.name);
    output.done({ type: 'done', out: folder.path, runs }, ['', ...report, '', `picture and numbers: ${join(folder.path, 'ablations.svg')}, ablations.md, *.json`]);
  } finally {
    output.close();
    await device.destroy();
  }
}

/** The small recipe has no colour noise of its own: here it gets that of 2012, on the colours of the data. */
function defaultChanges(name: string): readonly string[] {
  const { data } = findRecipe(name);
  return data.colourNoise === undefined ? ['data.colourNoise={"strength":0.1,"by":"deviation","divisor":1,"pca":"data"}'] : [];
}

async function runVariant({ name, recipe }: { readonly name: string; readonly recipe: Recipe }, seed: number, { data, preparation: { format, statistics } }: Awaited<ReturnType<typeof prepareData>>, device: Device, output: Output): Promise<Run> {
  const began = performance.now();
  let trained = { loss: NaN, top1: NaN };
  for await (const event of runRecipe({ device, preparation: { recipe, format, statistics }, data, seed, judge: true })) {
    if (event.type === 'step') output.progress(event.step * recipe.training.batch, recipe.training.epochs * data.train.length);
    if (event.type === 'epoch') trained = event;
    if (event.type !== 'done' || event.evaluation === undefined) continue;
    const { top1, top5, loss } = event.evaluation;
    return {
      variant: name, seed, trainError: 1 - trained.top1, trainLoss: trained.loss, testError: 1 - top1, testTop5Error: 1 - top5, testLoss: loss,
      seconds: (performance.now() - began) / 1000,
    };
  }
  throw new Error('the run ended without an evaluation');
}

/** As the net of one column in the paper: half of the channels, but for those of the last convolution, and nothing in groups. */
function oneColumn(recipe: Recipe): Recipe | undefined {
  const { order, layers } = recipe.network;
  const grouped = order.filter((name) => groupsOf(layers[name]) > 1);
  if (grouped.length === 0) return undefined;
  const convolutions = order.filter((name) => layers[name].type === 'conv2d');
  const last = convolutions[convolutions.length - 1];
  return withLayers(recipe, (layer, name) => {
    const single = groupsOf(layer) > 1 ? { ...layer, groups: 1 } : layer;
    return single.type === 'conv2d' && name !== last ? { ...single, outputs: single.outputs / 2 } : single;
  });
}

function groupsOf(layer: LayerDesign): number {
  return 'groups' in layer ? (layer.groups ?? 1) : 1;
}

function withLayers(recipe: Recipe, change: (layer: LayerDesign, name: string) => LayerDesign): Recipe | undefined {
  const layers = Object.fromEntries(Object.entries(recipe.network.layers).map(([name, layer]) => [name, change(layer, name)]));
  const changed = withNetwork(recipe, { ...recipe.network, layers });
  return compareRecipes(recipe, changed).length === 0 ? undefined : changed;
}

function withNetwork(recipe: Recipe, network: NetworkDesign): Recipe {
  return { ...recipe, network };
}

interface Spread {
  readonly mean: number;
  /** Standard deviation of a sample; NaN for one. */
  readonly deviation: number;
}

function spread(values: readonly number[]): Spread {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { mean, deviation: Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1)) };
}

function figure(runs: readonly Run[]): string {
  const names = [...new Set(runs.map(({ variant }) => variant))];
  const means = names.map((variant) => ({ variant, mean: spread(runs.filter((run) => run.variant === variant).map(({ testError }) => 100 * testError)).mean }));
  return chart({
    marginLeft: 190,
    marginRight: 20,
    grid: true,
    x: { label: 'test error, %' },
    y: { label: null, domain: names },
    marks: [
      ruleX([means[0].mean], { strokeDasharray: '4 3' }),
      dot(runs, { x: ({ testError }: Run) => 100 * testError, y: 'variant', stroke: 'steelblue' }),
      tickX(means, { x: 'mean', y: 'variant', strokeWidth: 2, inset: 14 }),
    ],
  });
}

function reportOf(
  runs: readonly Run[],
  variants: readonly { readonly name: string; readonly paper: string }[],
  { epochs, seeds }: AblationsFlags,
  data: string,
  recipe: Recipe,
  changes: readonly string[],
  raw: DatasetSplits,
  device: string,
): readonly string[] {
  const of = (variant: string, value: (run: Run) => number) => spread(runs.filter((run) => run.variant === variant).map(value));
  const points = ({ mean, deviation }: Spread) => `${(100 * mean).toFixed(2)}${Number.isNaN(deviation) ? '' : ` ± ${(100 * deviation).toFixed(2)}`}`;
  const difference = (variant: string, value: (run: Run) => number) => {
    // Runs of one seed share their data order and first draws, so they are compared in pairs.
    const pairs = runs.filter((run) => run.variant === variant).map((run) => value(run) - value(runs.find(({ variant: other, seed }) => other === whole && seed === run.seed) as Run));
    const { mean, deviation } = spread(pairs);
    return `${mean >= 0 ? '+' : ''}${(100 * mean).toFixed(2)}${Number.isNaN(deviation) ? '' : ` ± ${(100 * deviation).toFixed(2)}`}`;
  };
  return [
    '# Ablations: what each idea of the paper is worth here',
    '',
    `The recipe ${recipe.name} (network ${recipe.network.name}) on ${shortData(data)}, ${count(raw.train.length)} training and ${count(raw.test.length)} test images, ${epochs} epochs, `
      + `${seeds} ${seeds === 1 ? 'seed' : 'seeds'}${changes.length === 0 ? '' : `; changed for all: ${changes.join('; ')}`}. One thing is taken away at a time, everything else stays. `
      + 'Errors in percent: mean ± standard deviation over the seeds; differences to the whole recipe are taken seed by seed. The training error is that of the last epoch, while the weights change and with what augments.',
    '',
    ...markdownTable([
      ['', 'test error', 'difference', 'training error', 'the paper, ImageNet'],
      ...variants
        .filter(({ name }) => runs.some(({ variant }) => variant === name))
        .map(({ name, paper }) => [
          name,
          points(of(name, ({ testError }) => testError)),
          name === whole ? '' : difference(name, ({ testError }) => testError),
          points(of(name, ({ trainError }) => trainError)),
          paper,
        ]),
    ]),
    '',
    `${new Date().toISOString().slice(0, 10)}, device ${device}, ${machine()}.`,
  ];
}
