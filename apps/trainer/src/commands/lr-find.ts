import { prepareData, recipeSchedule, trainingRows } from '@convkit/alexnet';
import { batchesOf, skipUnreadable } from '@convkit/datasets';
import { openNamedDevice, type DeviceRequest } from '@convkit/kernels-cpu';
import { OptionError } from '@convkit/tensor';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { chooseRecipe, type RecipeFlags } from '../choose-recipe.js';
import { openData, resolveData, shortData } from '../data.js';
import { FileError, writeFailed } from '../file-error.js';
import { onInterrupt } from '../interrupt.js';
import { defaultWorkers, openTrainingLoader } from '../loader/open-training-loader.js';
import { SkippedImages } from '../loader/skipped-images.js';
import { curveText } from '../lr-find/curve-text.js';
import { drawCurve } from '../lr-find/draw-curve.js';
import { rangeTest } from '../lr-find/range-test.js';
import { suggestRate } from '../lr-find/suggest-rate.js';
import { openOutput } from '../output.js';
import { changeLines } from '../run-card.js';
import { commandName, count, duration, number } from '../wording.js';
import { writeNew } from '../write-new.js';

/** What the command line may say. */
export interface LrFindFlags extends Pick<RecipeFlags, 'recipe' | 'model' | 'batch' | 'set'> {
  readonly data: string;
  readonly from?: number;
  readonly to?: number;
  readonly steps: number;
  readonly device: DeviceRequest;
  readonly seed: number;
  readonly workers?: number;
  readonly out?: string;
  readonly json?: boolean;
}

/** Below and above the recipe's rate. */
const below = 1e4;
const above = 1e3;

/** `alexnet lr-find`: trains while the rate rises from far too low to far too high, draws the loss, and suggests a rate. The weights are thrown away. */
export async function lrFindCommand(flags: LrFindFlags): Promise<void> {
  const { recipe, changes } = chooseRecipe(flags);
  const own = recipeSchedule(recipe)({ step: 0, epoch: 0 }).common;
  const { steps, seed, json = false, from = own / below, to = own * above } = flags;
  if (!(from > 0 && from < to)) throw new OptionError({ code: 'OPTION_INVALID', message: `--from is ${from} and --to is ${to}, but the rate rises from the one to the other.`, help: 'give a --from below --to.' });
  const described = resolveData(flags.data);
  const output = openOutput(json);
  const began = performance.now();
  output.note(`reading ${described}`);
  const skipped = new SkippedImages();
  skipped.listen((message) => output.warn(message));
  const raw = await openData(described, skipped.part);
  const { data, preparation } = await prepareData(recipe, { ...raw, train: skipUnreadable(raw.train, { onSkip: skipped.train }) });
  const { batch } = recipe.training;
  const rows = trainingRows(data.train, preparation, batch, seed);
  const { workers = defaultWorkers(described) } = flags;
  const out = flags.out ?? join('lr-find', `${new Date().toISOString().slice(0, 19).replaceAll(':', '-')}-${recipe.name}`);
  await openFolder(out);
  const device = await openNamedDevice(flags.device);
  const loader = workers === 0 ? undefined : await openTrainingLoader({ data: described, preparation, batch, seed, strict: false, limits: {} }, rows, workers, skipped.train);
  let stopped = false;
  const stopListening = onInterrupt(() => {
    stopped = true;
  });
  try {
    const onStep = ({ step }: { readonly step: number }) => output.progress(step * batch, steps * batch);
    const { points, end } = await rangeTest({ device, preparation, source: loader ?? batchesOf(rows), seed, from, to, steps, onStep, stopped: () => stopped });
    const suggestion = suggestRate(points);
    await writeNew(join(out, 'lr-find.json'), `${JSON.stringify({ recipe: recipe.name, changes: changeLines(changes), data: shortData(described), batch, seed, device: device.name, from, to, steps, end, suggestion: suggestion ?? null, points }, undefined, 1)}\n`);
    await writeNew(join(out, 'lr-find.svg'), drawCurve(points, suggestion));
    const seconds = (performance.now() - began) / 1000;
    output.done({ type: 'done', recipe: recipe.name, data: described, batch, device: device.name, from, to, steps: points.length, end, suggestion: suggestion ?? null, recipeRate: own, out, seconds }, [
      `${recipe.name} on ${shortData(described)}, batches of ${batch}, on ${device.name}: ${count(points.length)} updates at rates from ${number(from)} to ${number(points.at(-1)?.rate ?? from)} in ${duration(seconds)}; `
        + { finished: 'the last rate was reached', exploded: 'the loss was four times its best then, or no number', stopped: 'then it was stopped' }[end],
      '',
      ...curveText(points, suggestion?.rate),
      '',
      ...(suggestion === undefined
        ? ['the loss did not fall: no rate can be suggested. Try rates further apart (--from, --to), more --steps, or look at the data: alexnet data inspect']
        : [
            `suggested: --lr ${number(suggestion.rate)} (the lower of the two below; the recipe begins with ${number(own)})`,
            `  the loss falls fastest at ${number(suggestion.steepest)}`,
            `  a tenth of the rate with the least loss is ${number(suggestion.tenthOfLeast)}`,
            `next: ${commandName()} train --recipe ${recipe.name} --lr ${number(suggestion.rate)}`,
          ]),
      `picture and numbers: ${join(out, 'lr-find.svg')}, lr-find.json`,
    ]);
  } finally {
    stopListening();
    output.close();
    await loader?.close();
    await device.destroy();
  }
}

/** Makes the folder of the results, before anything takes time. @throws FileError `FILE_EXISTS`, `FILE_WRITE_FAILED` */
async function openFolder(path: string): Promise<void> {
  let found: readonly string[];
  try {
    await mkdir(path, { recursive: true });
    found = await readdir(path);
  } catch (error) {
    throw writeFailed(path, error);
  }
  if (found.length > 0) throw new FileError({ code: 'FOLDER_NOT_EMPTY', message: `${path}: the folder is not empty, and nothing is written over.`, help: 'choose another --out.' });
}
