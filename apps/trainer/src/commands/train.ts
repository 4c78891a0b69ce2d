import {
  evaluationBatches,
  findNetwork,
  inputShape,
  prepareData,
  prepareDataset,
  recipeOptimiser,
  recipeSchedule,
  trainingBatches,
  type Preparation,
} from '@convkit/alexnet';
import type { DatasetSplits } from '@convkit/datasets';
import { openNamedDevice, type DeviceRequest } from '@convkit/kernels-cpu';
import type { Sequential } from '@convkit/layers';
import { FormatError, OptionError, sizeOf, type Device } from '@convkit/tensor';
import { train, type BatchSource, type Checkpoint } from '@convkit/training';
import { openData, resolveData } from '../data.js';
import { FileError } from '../file-error.js';
import { onInterrupt } from '../interrupt.js';
import { loadCheckpoint } from '../load-checkpoint.js';
import { chooseReporter } from '../reporters/choose-reporter.js';
import type { Reporter } from '../reporters/reporter.js';
import { packStatistics, type RunDescription } from '../run-description.js';
import { runEventOf, type RunEvent } from '../run-events.js';
import { RunFolder } from '../run-folder.js';
import { versions } from '../versions.js';

/** What the command line may say. */
export interface TrainFlags {
  readonly model?: string;
  readonly data?: string;
  readonly epochs?: number;
  readonly maxSteps?: number;
  readonly batch?: number;
  readonly lr?: number;
  readonly device?: DeviceRequest;
  readonly seed?: number;
  readonly checkpointEvery?: number;
  readonly out?: string;
  readonly resume?: string;
  readonly json?: boolean;
}

/** What a resumed run has decided already; to change one of these would make it another run. */
const decided = ['model', 'data', 'epochs', 'batch', 'lr', 'seed', 'out'] as const;

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
  readonly source: BatchSource;
  readonly start: Checkpoint | undefined;
  /** Takes the folder, once nothing else can be wrong with the command. */
  openFolder(description: RunDescription): Promise<RunFolder>;
  readonly warnings: readonly string[];
}

/** `alexnet train`: trains a network and leaves a run folder. */
export async function trainCommand(flags: TrainFlags): Promise<void> {
  const reporter = chooseReporter(flags.json ?? false);
  try {
    const plan = flags.resume === undefined ? await planNew(flags, reporter) : await planResume(flags, flags.resume, reporter);
    const device = await openNamedDevice(plan.description.device as DeviceRequest);
    try {
      await runPlan(plan, device, reporter);
    } finally {
      await device.destroy();
    }
  } finally {
    reporter.close();
  }
}

async function planNew(flags: TrainFlags, reporter: Reporter): Promise<Plan> {
  const model = findNetwork(flags.model ?? 'alexnet-mini');
  const { recipe } = model;
  const described = resolveData(flags.data ?? 'fashion-mnist');
  reporter.note(`reading ${described}`);
  const raw = await openData(described);
  const { classes } = raw.train;
  const { data, preparation } = await prepareData(recipe, raw);
  const { format, statistics } = preparation;
  const { batch = recipe.batch, seed = 1, maxSteps } = flags;
  const source = trainingBatches(data.train, preparation, batch, seed);
  const epochs = flags.epochs ?? recipe.epochs;
  const ofEpochs = epochs * source.batchesPerEpoch;
  // Alone, --max-steps may go beyond the recipe's epochs; beside --epochs, whichever comes first.
  const steps = maxSteps === undefined ? ofEpochs : flags.epochs === undefined ? maxSteps : Math.min(maxSteps, ofEpochs);
  const description: RunDescription = {
    model: model.name,
    recipe,
    data: described,
    dataset: datasetOf(raw),
    classes: [...classes],
    format,
    statistics: packStatistics(statistics, recipe),
    epochs,
    ...(maxSteps === undefined ? {} : { maxSteps: steps }),
    batch,
    ...(flags.lr === undefined ? {} : { rate: flags.lr }),
    seed,
    device: flags.device ?? 'auto',
    ...(flags.checkpointEvery === undefined ? {} : { checkpointEvery: flags.checkpointEvery }),
    created: new Date().toISOString(),
    versions: versions(),
  };
  return {
    description,
    network: model.build(format),
    preparation,
    data,
    steps,
    source,
    start: undefined,
    openFolder: (final) => RunFolder.create(flags.out, final),
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
  const raw = await openData(description.data);
  const found = datasetOf(raw);
  if (JSON.stringify([found, raw.train.classes]) !== JSON.stringify([description.dataset, description.classes])) {
    throw new FormatError({
      code: 'FILE_STATE',
      message: `${description.data}: is not the data of this run any more: ${found.trainImages} and ${found.testImages} images of ${raw.train.classes.length} classes, not ${description.dataset.trainImages} and ${description.dataset.testImages} of ${description.classes.length}.`,
    });
  }
  const { format } = preparation;
  const data = { train: prepareDataset(raw.train, format), test: prepareDataset(raw.test, format) };
  const source = trainingBatches(data.train, preparation, description.batch, description.seed);
  const steps = flags.maxSteps ?? description.maxSteps ?? description.epochs * source.batchesPerEpoch;
  const { step } = checkpoint.progress;
  return {
    description: { ...description, device: flags.device ?? description.device, ...(flags.checkpointEvery === undefined ? {} : { checkpointEvery: flags.checkpointEvery }) },
    network,
    preparation,
    data,
    steps,
    source,
    start: checkpoint,
    openFolder: () => RunFolder.open(run),
    warnings: [
      ...warnings,
      ...(step < steps ? [] : [`the run was over already: ${step} of ${steps} steps were done; --max-steps N goes further`]),
    ],
  };
}

async function runPlan(plan: Plan, device: Device, reporter: Reporter): Promise<void> {
  const { network, preparation, data, steps, source, start, warnings } = plan;
  const { recipe, format } = preparation;
  const description = { ...plan.description, device: device.name };
  const { epochs, rate, seed, batch, checkpointEvery } = description;
  const parameters = network.parameterSpecs([1, ...inputShape(recipe, format)]).reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  const folder = await plan.openFolder(description);
  const began = performance.now();
  const tell = (event: RunEvent) => {
    reporter.report(event);
    const trouble = folder.log(event);
    if (trouble !== undefined) reporter.report({ type: 'warning', step: 'step' in event ? event.step : event.steps, code: 'LOG_FAILED', message: trouble });
  };
  const run = train({
    device,
    network,
    source,
    optimiser: recipeOptimiser(recipe),
    schedule: recipeSchedule(recipe, { epochs, ...(rate === undefined ? {} : { rate }) }),
    steps,
    evaluation: evaluationBatches(data.test, preparation, 1),
    checkpoints: { store: folder.store, about: description, ...(checkpointEvery === undefined ? {} : { every: checkpointEvery }) },
    ...(start === undefined ? { seed } : { start }),
  });
  const stopListening = onInterrupt(() => {
    reporter.note('finishing the step and saving; once more ends at once');
    run.send({ type: 'stop' });
  });
  try {
    const step = start?.progress.step ?? 0;
    tell({
      type: 'start',
      run: folder.path,
      model: description.model,
      data: description.data,
      device: device.name,
      step,
      steps,
      stepsPerEpoch: source.batchesPerEpoch,
      batch,
      seed,
      parameters,
      trainImages: data.train.length,
      testImages: data.test.length,
    });
    for (const message of warnings) tell({ type: 'warning', step, code: 'RESUME', message });
    for await (const event of run) tell(runEventOf(event, folder.path, folder.checkpoints, (performance.now() - began) / 1000));
  } finally {
    stopListening();
    await folder.close();
  }
}

function datasetOf({ train, test }: DatasetSplits): RunDescription['dataset'] {
  return { name: train.name, trainImages: train.length, testImages: test.length };
}
