import {
  buildNetwork,
  compareRecipes,
  evaluationBatches,
  inputShape,
  prepareData,
  prepareDataset,
  prepareTrainingDataset,
  recipeOptimiser,
  recipes,
  recipeSchedule,
  trainingRows,
  type Preparation,
  type RecipeDifference,
} from '@convkit/alexnet';
import { batchesOf, skipUnreadable, type DatasetSplits, type RowSource } from '@convkit/datasets';
import { openNamedDevice, type DeviceRequest } from '@convkit/kernels-cpu';
import type { Sequential } from '@convkit/layers';
import { FormatError, OptionError, sizeOf, type Device } from '@convkit/tensor';
import { DivergedError, train, type Checkpoint, type RateDivision, type TrainingCommand } from '@convkit/training';
import { chooseRecipe, type ChosenRecipe, type RecipeFlags } from '../choose-recipe.js';
import { openDashboard, type Dashboard } from '../dashboard/dashboard-server.js';
import { InsightThread } from '../dashboard/insight-thread.js';
import { pageFolder } from '../dashboard/page-folder.js';
import { openData, resolveData } from '../data.js';
import { FileError } from '../file-error.js';
import { hashData } from '../hash-data.js';
import { onInterrupt } from '../interrupt.js';
import { limitJudgement, limitRows } from '../limits/limit-rows.js';
import { limitsOf, type LimitFlags } from '../limits/run-limits.js';
import { loadCheckpoint } from '../load-checkpoint.js';
import { defaultWorkers, openTrainingLoader } from '../loader/open-training-loader.js';
import { defaultMaxSkipped, SkippedImages } from '../loader/skipped-images.js';
import { openOutput } from '../output.js';
import { describePlan, fitRun, planRun, type FittingRun, type RunWork } from '../plan/plan-run.js';
import { chooseReporter, type LogFormat } from '../reporters/choose-reporter.js';
import type { RunReader } from '../readers/run-reader.js';
import { tensorBoardReader } from '../readers/tensorboard/tensorboard-reader.js';
import type { Reporter } from '../reporters/reporter.js';
import { changeLines, packChanges, runCard } from '../run-card.js';
import { packStatistics, type RunDescription } from '../run-description.js';
import { runEventOf, type RunEvent } from '../run-events.js';
import { RunFolder } from '../run-folder.js';
import { saveBadBatch } from '../save-bad-batch.js';
import { keysHelp, steerByKeys } from '../steering/steer-by-keys.js';
import { steerBySignals } from '../steering/steer-by-signals.js';
import { versions } from '../versions.js';

/** What the command line may say. */
export interface TrainFlags extends RecipeFlags, LimitFlags {
  readonly data?: string;
  readonly maxSteps?: number;
  /** Seconds. */
  readonly maxTime?: number;
  readonly microBatch?: number;
  readonly evaluateEvery?: number;
  readonly device?: DeviceRequest;
  readonly seed?: number;
  readonly checkpointEvery?: number;
  readonly keep?: number;
  readonly earlyStop?: number;
  readonly flatAfter?: number;
  readonly out?: string;
  readonly resume?: string;
  /** Tell what the run would take, and do not run. */
  readonly plan?: boolean;
  readonly replay?: string;
  readonly workers?: number;
  readonly strict?: boolean;
  readonly maxSkipped?: number;
  readonly tensorboard?: boolean;
  readonly log?: LogFormat;
  /** Port of the dashboard; 0: any that is free. */
  readonly dashboard?: number;
  readonly json?: boolean;
}

/** What a resumed run has decided already; to change one of these would make it another run. */
const decided = ['recipe', 'model', 'data', 'epochs', 'batch', 'lr', 'set', 'seed', 'out', 'limitTrainBatches', 'limitEvalBatches', 'overfitBatches'] as const;

/** What a run that is repeated has decided already. */
const decidedByReplayed = ['recipe', 'model', 'data', 'epochs', 'batch', 'lr', 'set', 'seed', 'resume', 'maxSteps', 'limitTrainBatches', 'limitEvalBatches', 'overfitBatches'] as const;

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
  /** Divisions of the rates to be repeated. */
  readonly divisions: readonly RateDivision[];
  /** Takes the folder, once nothing else can be wrong with the command. */
  openFolder(description: RunDescription): Promise<RunFolder>;
  /** In what the run departs from its recipe. */
  readonly changes: readonly RecipeDifference[];
  readonly warnings: readonly string[];
}

/** `alexnet train`: trains a network and leaves a run folder. @param reporter Is closed in the end. */
export async function trainCommand(flags: TrainFlags, reporter = chooseReporter(logFormat(flags))): Promise<void> {
  try {
    const plan = flags.resume === undefined ? await planNew(flags, reporter) : await planResume(flags, flags.resume, reporter);
    const device = await openNamedDevice(plan.description.device as DeviceRequest);
    let dashboard: Dashboard | undefined;
    try {
      const work = workOf(plan, flags, device);
      const fitting = await fitRun(work);
      if (flags.plan === true) return await tellPlan(work, fitting, flags.json);
      if (flags.dashboard !== undefined) dashboard = await openDashboard({ page: pageFolder(), port: flags.dashboard, insights: new InsightThread() });
      await runPlan(plan, flags, work, reporter, dashboard);
    } finally {
      await dashboard?.close();
      await device.destroy();
    }
  } finally {
    reporter.close();
  }
}

/** How a run is told. */
export function logFormat({ json = false, log = 'plain' }: TrainFlags): LogFormat {
  return json ? 'json' : log;
}

async function planNew(asked: TrainFlags, reporter: Reporter): Promise<Plan> {
  const { flags, chosen, divisions, replayed } = asked.replay === undefined ? { flags: asked, chosen: chooseRecipe(asked), divisions: [], replayed: undefined } : await replayOf(asked, asked.replay);
  const { recipe, changes } = chosen;
  const limits = limitsOf(flags);
  const described = resolveData(flags.data ?? 'fashion-mnist');
  reporter.note(`reading ${described}`);
  const { raw, skipped } = await openRaw(described, flags);
  if (replayed !== undefined) await assertDataOf(replayed, raw);
  const { classes } = raw.train;
  const { data, preparation } = await prepareData(recipe, raw);
  const { format, statistics } = preparation;
  const { seed = 1, maxSteps, maxTime, microBatch, evaluateEvery, checkpointEvery, keep, earlyStop, flatAfter, maxSkipped } = flags;
  const rows = limitRows(trainingRows(data.train, preparation, recipe.training.batch, seed), limits);
  const ofEpochs = recipe.training.epochs * rows.batchesPerEpoch;
  // Alone, --max-steps may go beyond the recipe's epochs; beside --epochs, whichever comes first.
  const steps = maxSteps === undefined ? ofEpochs : flags.epochs === undefined ? maxSteps : Math.min(maxSteps, ofEpochs);
  const description: RunDescription = {
    recipe,
    changes: packChanges(changes),
    data: described,
    dataset: datasetOf(raw),
    dataHash: await hashData(described, raw),
    classes: [...classes],
    format,
    statistics: packStatistics(statistics, recipe),
    ...(maxSteps === undefined ? {} : { maxSteps: steps }),
    ...(maxTime === undefined ? {} : { maxSeconds: maxTime }),
    ...(Object.keys(limits).length === 0 ? {} : { limits }),
    ...(evaluateEvery === undefined ? {} : { evaluateEvery }),
    ...(microBatch === undefined ? {} : { microBatch }),
    seed,
    device: flags.device ?? 'auto',
    ...(checkpointEvery === undefined ? {} : { checkpointEvery }),
    ...(keep === undefined ? {} : { keep }),
    ...(earlyStop === undefined ? {} : { earlyStop }),
    ...(flatAfter === undefined ? {} : { flatAfter }),
    ...(maxSkipped === undefined ? {} : { maxSkipped }),
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
    divisions,
    openFolder: (final) => RunFolder.create(flags.out, final, runCard(final, changes)),
    changes,
    warnings: [],
  };
}

/** What repeats another run up to where it stands: its recipe, data and seed, and what commands did to its rates. */
async function replayOf(flags: TrainFlags, path: string): Promise<{ flags: TrainFlags; chosen: ChosenRecipe; divisions: readonly RateDivision[]; replayed: RunDescription }> {
  assertUndecided(flags, decidedByReplayed, 'replay');
  const { checkpoint, description } = await loadCheckpoint(path);
  const { recipe, data, seed, device, limits = {}, ...rest } = description;
  const { step, divisions } = checkpoint.progress;
  const base = Object.hasOwn(recipes, recipe.name) ? recipes[recipe.name] : recipe;
  const { microBatch, evaluateEvery, checkpointEvery, keep, earlyStop, flatAfter, maxSkipped } = rest;
  const ofData = { limitTrainBatches: limits.trainBatches, limitEvalBatches: limits.evalBatches, overfitBatches: limits.overfitBatches };
  const repeated = { ...ofData, microBatch, evaluateEvery, checkpointEvery, keep, earlyStop, flatAfter, maxSkipped, device: device as DeviceRequest };
  const given = Object.fromEntries(Object.entries(repeated).filter(([, value]) => value !== undefined));
  return { flags: { ...given, ...flags, data, seed, maxSteps: step }, chosen: { recipe, changes: compareRecipes(base, recipe) }, divisions, replayed: description };
}

function assertUndecided(flags: TrainFlags, names: readonly (keyof TrainFlags)[], by: 'resume' | 'replay'): void {
  const changed = names.find((flag) => flags[flag] !== undefined);
  if (changed === undefined) return;
  const option = changed.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  throw new OptionError({ code: 'OPTION_INVALID', message: `--${option} cannot be given together with --${by}: the run has decided it.`, help: `leave it out, or begin a new run without --${by}.` });
}

async function planResume(flags: TrainFlags, path: string, reporter: Reporter): Promise<Plan> {
  assertUndecided(flags, decided, 'resume');
  const { checkpoint, description, network, preparation, file, run, warnings } = await loadCheckpoint(path);
  if (run === undefined) {
    throw new FileError({ code: 'CHECKPOINT_MISSING', message: `${file}: does not lie in a run folder, so there is nowhere to go on.`, help: 'give the run folder, or a checkpoint in its folder "checkpoints".' });
  }
  reporter.note(`reading ${description.data}`);
  const { raw, skipped } = await openRaw(description.data, { ...description, ...flags });
  await assertDataOf(description, raw);
  const { recipe, format } = preparation;
  const data = { train: prepareTrainingDataset(raw.train, recipe, format), test: prepareDataset(raw.test, recipe, format) };
  const rows = limitRows(trainingRows(data.train, preparation, recipe.training.batch, description.seed), description.limits ?? {});
  const steps = flags.maxSteps ?? description.maxSteps ?? recipe.training.epochs * rows.batchesPerEpoch;
  const { step } = checkpoint.progress;
  return {
    description: {
      ...description,
      device: flags.device ?? description.device,
      ...(flags.checkpointEvery === undefined ? {} : { checkpointEvery: flags.checkpointEvery }),
      ...(flags.keep === undefined ? {} : { keep: flags.keep }),
      ...(flags.earlyStop === undefined ? {} : { earlyStop: flags.earlyStop }),
      ...(flags.flatAfter === undefined ? {} : { flatAfter: flags.flatAfter }),
      ...(flags.maxSkipped === undefined ? {} : { maxSkipped: flags.maxSkipped }),
      ...(flags.microBatch === undefined ? {} : { microBatch: flags.microBatch }),
      ...(flags.evaluateEvery === undefined ? {} : { evaluateEvery: flags.evaluateEvery }),
      ...(flags.maxTime === undefined ? {} : { maxSeconds: flags.maxTime }),
    },
    network,
    preparation,
    data,
    steps,
    rows,
    skipped,
    start: checkpoint,
    divisions: [],
    openFolder: () => RunFolder.open(run),
    changes: [],
    warnings: [
      ...warnings,
      ...(step < steps ? [] : [`the run was over already: ${step} of ${steps} steps were done; --max-steps N goes further`]),
    ],
  };
}

/** The data of a run; what cannot be read in the training part is skipped up to a limit, unless that is to be an error. */
async function openRaw(described: string, { strict = false, maxSkipped = defaultMaxSkipped }: Pick<TrainFlags, 'strict' | 'maxSkipped'>): Promise<{ raw: DatasetSplits; skipped: SkippedImages }> {
  const skipped = new SkippedImages();
  const raw = await openData(described, strict ? undefined : skipped.part);
  skipped.limit(maxSkipped, { train: raw.train.length, test: raw.test.length });
  return { raw: strict ? raw : { ...raw, train: skipUnreadable(raw.train, { onSkip: skipped.train }) }, skipped };
}

function workOf({ description, network, preparation, data, steps, rows, skipped, start }: Plan, { strict = false, workers = defaultWorkers(description.data), out, resume, tensorboard, dashboard }: TrainFlags, device: Device): RunWork {
  const { limits = {}, microBatch = rows.batch, evaluateEvery = 1, keep = 3 } = description;
  const evaluation = limitJudgement(evaluationBatches(data.test, preparation, 1, strict ? {} : { onSkip: skipped.test }), rows, limits);
  const checkpointReaders = Number(tensorboard === true) + Number(dashboard !== undefined);
  return { device, network, preparation, rows, microBatch, evaluation, evaluateEvery, done: start?.progress.step ?? 0, steps, workers, checkpointReaders, keep, out: out ?? resume ?? 'runs' };
}

/** `alexnet train --plan`: what the run would take. */
async function tellPlan(work: RunWork, fitting: FittingRun, json = false): Promise<void> {
  const run = await planRun(work, fitting.memory);
  const { recipe } = work.preparation;
  openOutput(json).done({ type: 'plan', recipe: recipe.name, model: recipe.network.name, device: work.device.name, ...fitting, ...run }, describePlan(work, fitting, run));
}

async function runPlan(plan: Plan, flags: TrainFlags, { device, evaluation, workers }: RunWork, reporter: Reporter, dashboard: Dashboard | undefined): Promise<void> {
  const { network, preparation, data, steps, rows, skipped, start, divisions, changes, warnings } = plan;
  const { recipe, format } = preparation;
  const description = { ...plan.description, device: device.name };
  const { seed, checkpointEvery, keep, earlyStop, flatAfter, microBatch, evaluateEvery, maxSeconds, limits = {} } = description;
  const parameters = network.parameterSpecs([1, ...inputShape(recipe, format)]).reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  const { strict = false } = flags;
  const job = { data: description.data, preparation, batch: recipe.training.batch, seed, strict, limits };
  const folder = await plan.openFolder(description);
  const loader = workers === 0 ? undefined : await openTrainingLoader(job, rows, workers, skipped.train);
  const began = performance.now();
  const readers: RunReader[] = [];
  const tell = (event: RunEvent) => {
    reporter.report(event);
    for (const reader of readers) reader.read(event);
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
    evaluation,
    ...(microBatch === undefined ? {} : { microBatch }),
    ...(evaluateEvery === undefined ? {} : { evaluateEvery }),
    ...(maxSeconds === undefined ? {} : { deadline: maxSeconds }),
    magnitudes: true,
    layerTimes: true,
    // Places in the test part; what overfits is judged by images of the training part.
    mistakes: limits.overfitBatches === undefined,
    checkpoints: { store: folder.store, about: description, best: 'top1', ...(checkpointEvery === undefined ? {} : { every: checkpointEvery }), ...(keep === undefined ? {} : { keep }) },
    ...(earlyStop === undefined ? {} : { earlyStopping: { patience: earlyStop } }),
    ...(flatAfter === undefined ? {} : { flatLoss: flatAfter }),
    divisions,
    ...(start === undefined ? { seed } : { start }),
  });
  const send = (command: TrainingCommand) => run.send(command);
  const stopSteering = steer(send, reporter);
  if (dashboard !== undefined) {
    dashboard.show({ path: folder.path, send });
    reporter.dashboard(dashboard.url);
  }
  try {
    let step = start?.progress.step ?? 0;
    if (flags.tensorboard === true) readers.push(tensorBoardReader({ run: folder.path, warn: (message) => tell({ type: 'warning', step, code: 'TENSORBOARD_FAILED', message }) }));
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
      ...(description.limits === undefined ? {} : { limits }),
    });
    skipped.listen((message) => tell({ type: 'warning', step, code: 'IMAGE_SKIPPED', message }), () => send({ type: 'stop' }));
    for (const message of warnings) tell({ type: 'warning', step, code: 'RESUME', message });
    for await (const event of run) {
      if ('step' in event) step = event.step;
      if (event.type === 'done' && skipped.excess !== undefined) throw skipped.excess;
      tell(runEventOf(event, folder.path, folder.checkpoints, (performance.now() - began) / 1000));
    }
  } catch (error) {
    throw error instanceof DivergedError ? await saveBadBatch(error, folder.path, data.train, preparation, seed) : error;
  } finally {
    stopSteering();
    await loader?.close();
    for (const reader of readers) await reader.close();
    await folder.close();
  }
}

/** Everything on this side of the process that can send commands to a run. @returns Stops listening. */
function steer(send: (command: TrainingCommand) => void, reporter: Reporter): () => void {
  const stops = [
    onInterrupt(() => {
      reporter.note('finishing the step and saving; once more ends at once');
      send({ type: 'stop' });
    }),
    steerBySignals(send),
  ];
  if (reporter.interactive === true && process.stdin.isTTY) {
    reporter.note(keysHelp);
    stops.push(steerByKeys(process.stdin, send, () => process.kill(process.pid, 'SIGINT')));
  }
  return () => {
    for (const stop of stops) stop();
  };
}

/** @throws FormatError `FILE_STATE` when the data of a run are others by now. */
async function assertDataOf({ data, dataset, dataHash, classes }: RunDescription, raw: DatasetSplits): Promise<void> {
  const found = datasetOf(raw);
  if (JSON.stringify([found, raw.train.classes]) !== JSON.stringify([dataset, classes])) {
    throw new FormatError({
      code: 'FILE_STATE',
      message: `${data}: is not the data of this run any more: ${found.trainImages} and ${found.testImages} images of ${raw.train.classes.length} classes, not ${dataset.trainImages} and ${dataset.testImages} of ${classes.length}.`,
    });
  }
  // Runs from before hashes were taken have none.
  if (dataHash !== undefined && JSON.stringify(await hashData(data, raw)) !== JSON.stringify(dataHash)) {
    throw new FormatError({ code: 'FILE_STATE', message: `${data}: is not the data of this run any more: an image or a label is another one than when it began.` });
  }
}

function datasetOf({ train, test }: DatasetSplits): RunDescription['dataset'] {
  return { name: train.name, trainImages: train.length, testImages: test.length };
}
