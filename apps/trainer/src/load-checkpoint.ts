import { buildNetwork, inputShape, recipeOptimiser, type Preparation } from '@convkit/alexnet';
import type { ParameterSpec, Sequential } from '@convkit/layers';
import { FormatError, OptionError, ShapeError, formatShape, sameShape, type Tensor } from '@convkit/tensor';
import { decodeCheckpoint, latestCheckpoint, type Checkpoint } from '@convkit/training';
import { readFile, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileCheckpointStore } from './file-checkpoint-store.js';
import { FileError, messageOf, systemCode } from './file-error.js';
import { parseDescription, unpackStatistics, type RunDescription } from './run-description.js';
import { checkpointFolder } from './run-folder.js';

/** A checkpoint, and everything that can be made from what it says. */
export interface LoadedCheckpoint {
  readonly checkpoint: Checkpoint;
  /** The weights to judge and to predict with: those of the checkpoint, or their averages where the recipe averages. */
  readonly parameters: ReadonlyMap<string, Tensor>;
  readonly description: RunDescription;
  readonly network: Sequential;
  readonly preparation: Preparation;
  /** Path of the file. */
  readonly file: string;
  /** The run folder it lies in; undefined when it lies elsewhere. */
  readonly run: string | undefined;
  /** Newer files that were passed over because they are not whole. */
  readonly warnings: readonly string[];
}

/**
 * Loads the newest good checkpoint of a run folder, or the one that is named.
 *
 * @throws FileError `FILE_MISSING`, `CHECKPOINT_MISSING`; FormatError when the file is not a checkpoint of a network this version knows.
 */
export async function loadCheckpoint(path: string): Promise<LoadedCheckpoint> {
  const { checkpoint, file, warnings } = (await isFolder(path)) ? await newestOf(path) : { checkpoint: await decodeCheckpoint(await readWhole(path), path), file: path, warnings: [] };
  const description = parseDescription(checkpoint.about, file);
  const { recipe, format } = description;
  const network = networkOf(description, file);
  const parameters = judgedOf(checkpoint, description, file);
  for (const weights of new Set([checkpoint.parameters, parameters])) assertParameters(weights, network, inputShape(recipe, format), recipe.network.name, file);
  const folder = dirname(file);
  return {
    checkpoint,
    parameters,
    description,
    network,
    preparation: { recipe, format, statistics: unpackStatistics(description.statistics, file) },
    file,
    run: basename(folder) === checkpointFolder ? dirname(folder) : undefined,
    warnings,
  };
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (cause) {
    if (systemCode(cause) !== 'ENOENT') throw new FileError({ code: 'FILE_MISSING', message: `${path}: cannot be read: ${messageOf(cause)}`, cause });
    throw new FileError({ code: 'FILE_MISSING', message: `${path}: there is no such run folder or checkpoint.`, help: 'runs are kept under runs/; `ls runs` shows them.' });
  }
}

async function readWhole(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new FileError({ code: 'FILE_MISSING', message: `${path}: cannot be read: ${messageOf(cause)}`, cause });
  }
}

async function newestOf(path: string): Promise<Pick<LoadedCheckpoint, 'checkpoint' | 'file' | 'warnings'>> {
  const folder = (await readdir(path)).includes(checkpointFolder) ? join(path, checkpointFolder) : path;
  const { found, skipped } = await latestCheckpoint(fileCheckpointStore(folder));
  const warnings = skipped.map(({ error }) => `passed over a checkpoint that is not whole: ${error.summary}`);
  if (found !== undefined) return { checkpoint: found.checkpoint, file: join(folder, found.name), warnings };
  const torn = skipped.length === 0 ? 'holds no checkpoint.' : `holds no checkpoint that is whole; of ${skipped.length} the newest: ${skipped[0].error.summary}`;
  throw new FileError({ code: 'CHECKPOINT_MISSING', message: `${path}: ${torn}`, help: 'give a run folder made by `alexnet train`, or one of its checkpoints.' });
}

function networkOf({ recipe, format }: RunDescription, file: string): Sequential {
  try {
    return buildNetwork(recipe.network, format);
  } catch (error) {
    if (!(error instanceof OptionError)) throw error;
    throw new FormatError({ code: 'FILE_STATE', message: `${file}: describes a network that cannot be built: ${error.summary}` });
  }
}

function judgedOf({ parameters, optimiserState }: Checkpoint, { recipe }: RunDescription, file: string): ReadonlyMap<string, Tensor> {
  try {
    return recipeOptimiser(recipe).judged?.(parameters, optimiserState) ?? parameters;
  } catch (error) {
    if (!(error instanceof OptionError)) throw error;
    throw new FormatError({ code: 'FILE_STATE', message: `${file}: does not hold what its recipe's optimiser remembers: ${error.summary}` });
  }
}

/** The weights must be those of the network that the checkpoint says it is of. */
function assertParameters(parameters: ReadonlyMap<string, Tensor>, network: Sequential, input: readonly [number, number, number], model: string, file: string): void {
  const fail = (what: string): never => {
    throw new FormatError({ code: 'FILE_STATE', message: `${file}: says it is a checkpoint of ${model}, but ${what}.`, help: 'give a checkpoint that `alexnet train` wrote.' });
  };
  const specs = specsFor(network, input) ?? fail(`its images of ${input.join('x')} do not fit that network`);
  for (const { name, shape } of specs) {
    const found = parameters.get(name);
    if (found === undefined) return fail(`has no "${name}"`);
    if (!sameShape(found.shape, shape)) fail(`its "${name}" is ${formatShape(found.shape)} where ${formatShape(shape)} belongs`);
  }
  if (parameters.size !== specs.length) fail(`has ${parameters.size} parameters where ${specs.length} belong`);
}

function specsFor(network: Sequential, input: readonly [number, number, number]): readonly ParameterSpec[] | undefined {
  try {
    return network.parameterSpecs([1, ...input]);
  } catch (error) {
    if (error instanceof ShapeError) return undefined;
    throw error;
  }
}
