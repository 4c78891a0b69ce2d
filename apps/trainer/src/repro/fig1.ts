import { findRecipe, prepareData, trainingBatches, type Recipe } from '@convkit/alexnet';
import { openNamedDevice, type DeviceRequest } from '@convkit/kernels-cpu';
import type { Device } from '@convkit/tensor';
import { DivergedError } from '@convkit/training';
import { line, ruleY, selectLast, text } from '@observablehq/plot';
import { join } from 'node:path';
import { openData, resolveData, shortData } from '../data.js';
import { markdownTable } from '../markdown-table.js';
import { openOutput, type Output } from '../output.js';
import { count, duration, percent } from '../wording.js';
import { chart } from './chart.js';
import { runRecipe } from './run-recipe.js';
import { machine, StudyFolder } from './study-folder.js';

/** What the command line may say. */
export interface Fig1Flags {
  readonly data: string;
  readonly out: string;
  readonly rates: readonly number[];
  readonly tuneEpochs: number;
  readonly maxEpochs: number;
  readonly batch: number;
  readonly seed: number;
  readonly device: DeviceRequest;
  readonly json?: boolean;
}

/** The nonlinearities that are compared. */
const nets = ['relu', 'tanh', 'sigmoid'] as const;
type Net = (typeof nets)[number];

/** The training error at which the paper compares. */
const target = 0.25;
/** Parts of an epoch over which the training error is averaged. */
const partsPerEpoch = 4;

interface Point {
  readonly epoch: number;
  readonly error: number;
}

/** The images, made ready. */
type PreparedData = Awaited<ReturnType<typeof prepareData>>;

/** What came of a rate; null where it diverged. */
interface Try {
  readonly rate: number;
  readonly loss: number | null;
  readonly error: number | null;
}

/** What one net did. */
interface Result {
  readonly net: Net;
  readonly tuning: readonly Try[];
  readonly rate: number;
  readonly curve: readonly Point[];
  /** Epochs until the training error was down; null if it never was. */
  readonly epochs: number | null;
  readonly seconds: number;
}

/**
 * `alexnet repro fig1`: figure 1 of the paper. A net of four layers learns CIFAR-10 with ReLU, tanh and sigmoid, without regularisation, at a rate tuned for each,
 * until its training error is 25 %.
 */
export async function fig1Command(flags: Fig1Flags): Promise<void> {
  const output = openOutput(flags.json ?? false);
  const described = resolveData(flags.data);
  const { rates, tuneEpochs, maxEpochs, batch, seed } = flags;
  const folder = await StudyFolder.open(flags.out, { figure: 1, data: shortData(described), rates, tuneEpochs, maxEpochs, batch, seed });
  const device = await openNamedDevice(flags.device);
  try {
    const raw = await openData(described, (message) => output.warn(message));
    // The nets differ in nothing that concerns the images.
    const prepared = await prepareData(fig1Recipe('relu', 0), raw);
    const results: Result[] = [];
    for (const net of nets) {
      const { value, taken } = await folder.part(`fig1-${net}`, () => runNet(net, prepared, device, flags, folder, output));
      results.push(value);
      output.line({ type: 'net', ...value, taken }, [`${net}: ${describe(value)}${taken ? ' (was there already)' : ''}`]);
      await folder.write('fig1.svg', figure(results));
    }
    const report = reportOf(results, flags, described, raw.train.length, device.name);
    await folder.write('fig1.md', `${report.join('\n')}\n`);
    output.done({ type: 'done', out: folder.path, results: results.map(({ curve: _, ...rest }) => rest) }, ['', ...report, '', `pictures and numbers: ${join(folder.path, 'fig1.svg')}, fig1.md, fig1-*.json`]);
  } finally {
    output.close();
    await device.destroy();
  }
}

/** The four-layer net with one nonlinearity, nothing that regularises, and one rate for all of the run. @param epochs Default 1. @param batch Default 128. */
export function fig1Recipe(net: Net, rate: number, epochs = 1, batch = 128): Recipe {
  const base = findRecipe('cifar-19pct');
  const { decayOf: _, ...optimiser } = base.optimiser;
  const layers = Object.fromEntries(Object.entries(base.network.layers).map(([name, layer]) => [name, layer.type === 'relu' ? { type: net } : layer]));
  return {
    ...base,
    name: `fig1-${net}`,
    network: { ...base.network, name: `fig1-${net}`, layers },
    data: { ...base.data, order: 'each-epoch' },
    training: { batch, epochs },
    optimiser: { ...optimiser, decay: 0 },
    rates: { weights: { type: 'constant', rate }, biases: { type: 'constant', rate: 2 * rate } },
  };
}

async function runNet(net: Net, prepared: PreparedData, device: Device, flags: Fig1Flags, folder: StudyFolder, output: Output): Promise<Result> {
  const began = performance.now();
  const tuning: Try[] = [];
  for (const rate of flags.rates) {
    const { value } = await folder.part(`fig1-${net}-at-${rate}`, () => tryRate(net, rate, prepared, device, flags, output));
    tuning.push(value);
    const { loss, error } = value;
    output.line({ type: 'tuning', net, rate, loss, error }, [
      `${net}: rate ${rate}: ${loss === null || error === null ? 'diverged' : `training error ${percent(error)}, loss ${loss.toFixed(4)} after ${flags.tuneEpochs} epochs`}`,
    ]);
  }
  const { rate } = [...tuning].sort((a, b) => (a.loss ?? Infinity) - (b.loss ?? Infinity))[0];
  const curve = (await learn(fig1Recipe(net, rate, flags.maxEpochs, flags.batch), prepared, device, flags.seed, ({ error }) => error <= target, (at) => output.progress(at, prepared.data.train.length * flags.maxEpochs))) ?? [];
  const reached = curve.findIndex(({ error }) => error <= target);
  return {
    net,
    tuning,
    rate,
    curve: curve.map(({ epoch, error }) => ({ epoch, error })),
    epochs: reached < 0 ? null : crossing(curve, reached),
    seconds: (performance.now() - began) / 1000,
  };
}

/** The last quarter of an epoch tells how far a rate has come. */
async function tryRate(net: Net, rate: number, prepared: PreparedData, device: Device, flags: Fig1Flags, output: Output): Promise<Try> {
  output.note(`${net}: trying rate ${rate}`);
  const points = await learn(fig1Recipe(net, rate, flags.tuneEpochs, flags.batch), prepared, device, flags.seed, () => false, (at) => output.progress(at, prepared.data.train.length * flags.tuneEpochs));
  const last = points?.at(-1);
  return { rate, loss: last?.loss ?? null, error: last?.error ?? null };
}

/** Training error and loss of every quarter of an epoch, until `enough`; undefined if it diverged. */
async function learn(
  recipe: Recipe,
  { data, preparation: { format, statistics } }: PreparedData,
  device: Device,
  seed: number,
  enough: (point: Point) => boolean,
  progress: (images: number) => void,
): Promise<readonly (Point & { readonly loss: number })[] | undefined> {
  const preparation = { recipe, format, statistics };
  const { batch } = recipe.training;
  const { batchesPerEpoch } = trainingBatches(data.train, preparation, batch, seed);
  const ends = Array.from({ length: partsPerEpoch }, (_, i) => Math.round(((i + 1) * batchesPerEpoch) / partsPerEpoch));
  const points = [];
  let sums = { steps: 0, error: 0, loss: 0 };
  try {
    for await (const event of runRecipe({ device, preparation, data, seed, judge: false })) {
      if (event.type !== 'step') continue;
      progress(event.step * batch);
      sums = { steps: sums.steps + 1, error: sums.error + 1 - event.top1, loss: sums.loss + event.loss };
      if (!ends.includes(((event.step - 1) % batchesPerEpoch) + 1)) continue;
      const point = { epoch: event.step / batchesPerEpoch, error: sums.error / sums.steps, loss: sums.loss / sums.steps };
      points.push(point);
      sums = { steps: 0, error: 0, loss: 0 };
      if (enough(point)) break;
    }
  } catch (error) {
    if (error instanceof DivergedError) return undefined;
    throw error;
  }
  return points;
}

/** The epoch at which the line between two points meets the target. A point stands for the middle of its quarter. */
function crossing(curve: readonly Point[], reached: number): number {
  const middle = ({ epoch }: Point) => epoch - 1 / (2 * partsPerEpoch);
  if (reached === 0) return middle(curve[0]);
  const [before, after] = [curve[reached - 1], curve[reached]];
  return middle(before) + ((middle(after) - middle(before)) * (before.error - target)) / (before.error - after.error);
}

function describe({ rate, epochs, curve }: Result): string {
  if (epochs !== null) return `25 % training error after ${epochs.toFixed(2)} epochs at rate ${rate}`;
  const last = curve.at(-1);
  return last === undefined ? `diverged at rate ${rate}` : `did not reach 25 %: ${percent(last.error)} after ${last.epoch.toFixed(0)} epochs at rate ${rate}`;
}

function figure(results: readonly Result[]): string {
  const points = results.flatMap(({ net, rate, curve }) => curve.map(({ epoch, error }) => ({ epoch: epoch - 1 / (2 * partsPerEpoch), error, net: `${net}, rate ${rate}` })));
  return chart({
    grid: true,
    x: { label: 'epochs' },
    y: { label: 'training error', domain: [0, 0.9] },
    marks: [
      ruleY([target], { strokeDasharray: '4 3' }),
      line(points, { x: 'epoch', y: 'error', stroke: 'net' }),
      text(points, selectLast({ x: 'epoch', y: 'error', z: 'net', text: 'net', textAnchor: 'start', dx: 5, dy: -7 })),
    ],
  });
}

function reportOf(results: readonly Result[], flags: Fig1Flags, data: string, images: number, device: string): readonly string[] {
  const relu = results.find(({ net }) => net === 'relu')?.epochs ?? null;
  const ratio = ({ epochs }: Result) => (epochs === null || relu === null ? '' : (epochs / relu).toFixed(1));
  return [
    '# Figure 1: ReLU against tanh and sigmoid',
    '',
    `A net of four layers (${findRecipe('cifar-19pct').network.order.join(' ')}; CC1 example-layers/layers-19pct.cfg) on ${shortData(data)}, ${count(images)} training images, `
      + `batches of ${flags.batch}, no weight decay, no augmentation, seed ${flags.seed}. The rate of each net is the one of ${flags.rates.join(', ')} with the least training loss after ${flags.tuneEpochs} epochs `
      + `(biases twice as high), and stays the same. The error is that of the images as they are learnt, averaged over quarters of an epoch.`,
    '',
    ...markdownTable([
      ['net', 'rate', 'epochs to 25 % training error', 'times ReLU', 'time'],
      ...results.map((result) => [
        result.net,
        String(result.rate),
        result.epochs?.toFixed(2) ?? `not in ${flags.maxEpochs}: ${percent(result.curve.at(-1)?.error ?? NaN)}`,
        ratio(result),
        duration(result.seconds),
      ]),
    ]),
    '',
    'The paper (section 3.1, figure 1): with ReLU 25 % after about 6 epochs, six times faster than with tanh. Its net is not described further, and it has no sigmoid.',
    '',
    'Rates tried, with the training error of the last quarter of an epoch:',
    '',
    ...markdownTable([['net', ...flags.rates.map(String)], ...results.map(({ net, tuning }) => [net, ...tuning.map(({ error }) => (error === null ? 'diverged' : percent(error)))])]),
    '',
    `${new Date().toISOString().slice(0, 10)}, device ${device}, ${machine()}.`,
  ];
}
