import {
  buildNetwork,
  evaluationBatches,
  inputShape,
  prepareData,
  prepareDataset,
  prepareTrainingDataset,
  recipeOptimiser,
  recipeSchedule,
  trainingRows,
  type Preparation,
  type RecipeDifference,
} from '@convkit/alexnet';
import { batchesOf, skipUnreadable, type DatasetSplits, type RowSource } from '@convkit/datasets';
import { openNamedDevice, type DeviceRequest } from '@convkit/kernels-cpu';
import type { Sequential } from '@convkit/layers';
import { FormatError, OptionError, sizeOf, type Device } from '@convkit/tensor';
import { train, type Checkpoint } from '@convkit/training';
import { chooseRecipe, type RecipeFlags } from '../choose-recipe.js';
import { openData, resolveData } from '../data.js';
import { FileError } from '../file-error.js';
import { onInterrupt } from '../interrupt.js';
import { loadCheckpoint } from '../load-checkpoint.js';
import { defaultWorkers, openTrainingLoader } from '../loader/open-training-loader.js';
import { SkippedImages } from '../loader/skipped-images.js';
import { chooseReporter, type LogFormat } from '../reporters/choose-reporter.js';
import type { Reporter } from '../reporters/reporter.js';
import { changeLines, packChanges, runCard } from '../run-card.js';
import { packStatistics, type RunDescription } from '../run-description.js';
import { runEventOf, type RunEvent } from '../run-events.js';
import { RunFolder } from '../run-folder.js';
import { versions } from '../versions.js';

/** What the command line may say. */
export interface TrainFlags extends RecipeFlags {
  readonly data?: string;
  readonly maxSteps?: number;
  readonly maxMinutes?: number;
  readonly evaluateEvery?: number;
  readonly device?: DeviceRequest;
  readonly seed?: number;
  readonly checkpointEvery?: number;
  readonly out?: string;
  readonly resume?: string;
  readonly workers?: number;
  readonly strict?: boolean;
  readonly log?: LogFormat;
  readonly json?: boolean;
}

/** What a resumed run has decided already; to change one of these would make it another run. */
const decided = ['recipe', 'model', 'data', 'epochs', 'batch', 'lr', 'set', 'seed', 'out'] as const;

/** A run that is ready to start. */
interface Plan {
  /** With `device` as it was asked for. */
  readonly description: RunDescription;
  readonly network: Sequential;
  readonly preparation: Preparation;
  /** With prepared images. */
  readonly data: DatasetSplits;
  /** Updates since the very beginning after which the run is over. */
  readonly steps: number;
  /** Of the training batches, made by this thread. */
  readonly rows: RowSource;
  readonly skipped: SkippedImages;
  readonly start: Checkpoint | undefined;
  /** Takes the folder, once nothing else can be wrong with the command. */
  openFolder(description: RunDescription): Promise<RunFolder>;
  /** In what the run departs from its recipe. */
  readonly changes: readonly RecipeDifference[];
  readonly warnings: readonly string[];
}

/** `alexnet train`: trains a network and leaves a run folder. */
export async function trainCommand(flags: TrainFlags): Promise<void> {
  const format = flags.json === true ? 'json' : (flags.log ?? 'plain');
  const reporter = chooseReporter(format);
  try {
    const plan = flags.resume === undefined ? await planNew(flags, reporter) : await planResume(flags, flags.resume, reporter);
    const device = await openNamedDevice(plan.description.device as DeviceRequest);
    try {
      await runPlan(plan, flags, device, reporter, format);
    } finally {
      await device.destroy();
    }
  } finally {
    reporter.close();
  }
}

async function planNew(flags: TrainFlags, reporter: Reporter): Promise<Plan> {
  const { recipe, changes } = chooseRecipe(flags);
  const described = resolveData(flags.data ?? 'fashion-mnist');
  reporter.note(`reading ${described}`);
  const { raw, skipped } = await openRaw(described, flags);
  const { classes } = raw.train;
  const { data, preparation } = await prepareData(recipe, raw);
  const { format, statistics } = preparation;
  const { seed = 1, maxSteps, maxMinutes, evaluateEvery, checkpointEvery } = flags;
  const rows = trainingRows(data.train, preparation, recipe.training.batch, seed);
  const ofEpochs = recipe.training.epochs * rows.batchesPerEpoch;
  // Alone, --max-steps may go beyond the recipe's epochs; beside --epochs, whichever comes first.
  const steps = maxSteps === undefined ? ofEpochs : flags.epochs === undefined ? maxSteps : Math.min(maxSteps, ofEpochs);
  const description: RunDescription = {
    recipe,
    changes: packChanges(changes),
    data: described,
    dataset: datasetOf(raw),
    classes: [...classes],
    format,
    statistics: packStatistics(statistics, recipe),
    ...(maxSteps === undefined ? {} : { maxSteps: steps }),
    ...(maxMinutes === undefined ? {} : { maxMinutes }),
    ...(evaluateEvery === undefined ? {} : { evaluateEvery }),
    seed,
    device: flags.device ?? 'auto',
    ...(checkpointEvery === undefined ? {} : { checkpointEvery }),
    created: new Date().toISOString(),
    versions: versions(),
  };
  return {
    description,
    network: buildNetwork(recipe.network, format),
    preparation,
    data,
    steps,
    rows,
    skipped,
    start: undefined,
    openFolder: (final) => RunFolder.create(flags.out, final, runCard(final, changes)),
    changes,
    warnings: [],
  };
}

async function planResume(flags: TrainFlags, path: string, reporter: Reporter): Promise<Plan> {
  const changed = decided.filter((flag) => flags[flag] !== undefined);
  if (changed.length > 0) {
    throw new OptionError({ code: 'OPTION_INVALID', message: `--${changed[0]} cannot be given together with --resume: the run has decided it.`, help: 'leave it out, or begin a new run without --resume.' });
  }
  const { checkpoint, description, network, preparation, file, run, warnings } = await loadCheckpoint(path);
  if (run === undefined) {
    throw new FileError({ code: 'CHECKPOINT_MISSING', message: `${file}: does not lie in a run folder, so there is nowhere to go on.`, help: 'give the run folder, or a checkpoint in its folder "checkpoints".' });
  }
  reporter.note(`reading ${description.data}`);
  const { raw, skipped } = await openRaw(description.data, flags);
  const found = datasetOf(raw);
  if (JSON.stringify([found, raw.train.classes]) !== JSON.stringify([description.dataset, description.classes])) {
    throw new FormatError({
      code: 'FILE_STATE',
      message: `${description.data}: is not the data of this run any more: ${found.trainImages} and ${found.testImages} images of ${raw.train.classes.length} classes, not ${description.dataset.trainImages} and ${description.dataset.testImages} of ${description.classes.length}.`,
    });
  }
  const { recipe, format } = preparation;
  const data = { train: prepareTrainingDataset(raw.train, recipe, format), test: prepareDataset(raw.test, recipe, format) };
  const rows = trainingRows(data.train, preparation, recipe.training.batch, description.seed);
  const steps = flags.maxSteps ?? description.maxSteps ?? recipe.training.epochs * rows.batchesPerEpoch;
  const { step } = checkpoint.progress;
  return {
    description: {
      ...description,
      device: flags.device ?? description.device,
      ...(flags.checkpointEvery === undefined ? {} : { checkpointEvery: flags.checkpointEvery }),
      ...(flags.evaluateEvery === undefined ? {} : { evaluateEvery: flags.evaluateEvery }),
      ...(flags.maxMinutes === undefined ? {} : { maxMinutes: flags.maxMinutes }),
    },
    network,
    preparation,
    data,
    steps,
    rows,
    skipped,
    start: checkpoint,
    openFolder: () => RunFolder.open(run),
    changes: [],
    warnings: [
      ...warnings,
      ...(step < steps ? [] : [`the run was over already: ${step} of ${steps} steps were done; --max-steps N goes further`]),
    ],
  };
}

/** The data of a run; what cannot be read in the training part is skipped, unless that is to be an error. */
async function openRaw(described: string, { strict = false }: TrainFlags): Promise<{ raw: DatasetSplits; skipped: SkippedImages }> {
  const skipped = new SkippedImages();
  const raw = await openData(described);
  return { raw: strict ? raw : { ...raw, train: skipUnreadable(raw.train, { onSkip: skipped.train }) }, skipped };
}

async function runPlan(plan: Plan, flags: TrainFlags, device: Device, reporter: Reporter, log: LogFormat): Promise<void> {
  const { network, preparation, data, steps, rows, skipped, start, changes, warnings } = plan;
  const { recipe, format } = preparation;
  const description = { ...plan.description, device: device.name };
  const { seed, checkpointEvery, evaluateEvery, maxMinutes } = description;
  const parameters = network.parameterSpecs([1, ...inputShape(recipe, format)]).reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  const { strict = false, workers = defaultWorkers(description.data) } = flags;
  const job = { data: description.data, preparation, batch: recipe.training.batch, seed, strict };
  const folder = await plan.openFolder(description);
  const loader = workers === 0 ? undefined : await openTrainingLoader(job, rows, workers, skipped.train);
  const began = performance.now();
  const tell = (event: RunEvent) => {
    reporter.report(event);
    const trouble = folder.log(event);
    if (trouble !== undefined) reporter.report({ type: 'warning', step: 'step' in event ? event.step : event.steps, code: 'LOG_FAILED', message: trouble });
  };
  const run = train({
    device,
    network,
    source: loader ?? batchesOf(rows),
    optimiser: recipeOptimiser(recipe),
    schedule: recipeSchedule(recipe),
    steps,
    evaluation: evaluationBatches(data.test, preparation, 1, strict ? {} : { onSkip: skipped.test }),
    ...(evaluateEvery === undefined ? {} : { evaluateEvery }),
    ...(maxMinutes === undefined ? {} : { deadline: 60 * maxMinutes }),
    magnitudes: log === '2012',
    checkpoints: { store: folder.store, about: description, ...(checkpointEvery === undefined ? {} : { every: checkpointEvery }) },
    ...(start === undefined ? { seed } : { start }),
  });
  const stopListening = onInterrupt(() => {
    reporter.note('finishing the step and saving; once more ends at once');
    run.send({ type: 'stop' });
  });
  try {
    let step = start?.progress.step ?? 0;
    tell({
      type: 'start',
      run: folder.path,
      recipe: recipe.name,
      model: recipe.network.name,
      changes: changeLines(changes),
      data: description.data,
      device: device.name,
      step,
      steps,
      stepsPerEpoch: rows.batchesPerEpoch,
      batch: recipe.training.batch,
      seed,
      parameters,
      trainImages: data.train.length,
      testImages: data.test.length,
      workers,
    });
    skipped.listen((message) => tell({ type: 'warning', step, code: 'IMAGE_SKIPPED', message }));
    for (const message of warnings) tell({ type: 'warning', step, code: 'RESUME', message });
    for await (const event of run) {
      if ('step' in event) step = event.step;
      tell(runEventOf(event, folder.path, folder.checkpoints, (performance.now() - began) / 1000));
    }
  } finally {
    stopListening();
    await loader?.close();
    await folder.close();
  }
}

function datasetOf({ train, test }: DatasetSplits): RunDescription['dataset'] {
  return { name: train.name, trainImages: train.length, testImages: test.length };
}
