import { readSafetensors, writeSafetensors } from '@convkit/model-io';
import type { PastEvaluation } from '@convkit/optim';
import { FormatError, OptionError, sha256, type Tensor } from '@convkit/tensor';
import type { RateDivision } from './commands.js';

/**
 * Where a run stands between two updates. With the parameters and the optimiser's state it is all there is: schedules are functions of the place and of the judgements so far,
 * and random numbers are functions of the seed and the place.
 */
export interface TrainingProgress {
  /** Updates done. */
  readonly step: number;
  /** Epoch of the next update, from 0. */
  readonly epoch: number;
  /** Place of the next update in its epoch, from 0. */
  readonly batch: number;
  /** Decides first weights and dropout. */
  readonly seed: number;
  /** Sums over the epoch of the last update, up to that update. */
  readonly sums: EpochSums;
  /** All judgements that the run goes by, oldest first; a judgement of the weights as they stand may be missing. */
  readonly evaluations: readonly PastEvaluation[];
  /** What commands did to the rates, oldest first. With it a steered run can be repeated. */
  readonly divisions: readonly RateDivision[];
}

/** Sums over the samples of an epoch so far. */
export interface EpochSums {
  /** Of the losses of all samples. */
  readonly loss: number;
  /** Samples whose class was the likeliest. */
  readonly top1: number;
  /** Samples whose class was among the five likeliest. `NaN` in the epoch in which a checkpoint of layout 1, which did not count them, was taken. */
  readonly top5: number;
  /** Samples seen. */
  readonly images: number;
}

/** Everything that a run needs to go on as if it had never stopped. */
export interface Checkpoint {
  /** What the run is about, for whoever finds the file: model, data, versions, … Any JSON; training itself reads none of it. */
  readonly about: Readonly<Record<string, unknown>>;
  /** Where the run stands. */
  readonly progress: TrainingProgress;
  /** By full name, such as `conv1.weight`. */
  readonly parameters: ReadonlyMap<string, Tensor>;
  /** What the optimiser remembers, under the parameters' names. */
  readonly optimiserState: ReadonlyMap<string, Tensor>;
}

/**
 * Version of the layout below; a reader refuses a newer one. Layout 2 had no divisions of the rates. Layout 1 had no judgements, and no top-5 in the sums of an epoch, where top-1 was called `correct`.
 * NaN, which JSON does not know, is written as null.
 */
const format = 3;
const optimiserPrefix = 'optimiser/';
/** `sha256` sorts before `state`, so the digits stand at one place in every file; the checksum is over all bytes after them. */
const digestStart = 8 + '{"__metadata__":{"sha256":"'.length;
const digestEnd = digestStart + 64;

/**
 * A checkpoint as the bytes of a safetensors file: parameters under their own names, the optimiser's state under `optimiser/NAME`,
 * the rest as JSON under the metadata key `state`, and under `sha256` a checksum of all bytes that follow it.
 *
 * @throws OptionError `OPTION_INVALID` when a parameter's name begins with `optimiser/`.
 */
export async function encodeCheckpoint(checkpoint: Checkpoint): Promise<Uint8Array> {
  const { about, progress, parameters, optimiserState } = checkpoint;
  const tensors = new Map(parameters);
  for (const name of parameters.keys()) {
    if (name.startsWith(optimiserPrefix)) throw new OptionError({ code: 'OPTION_INVALID', message: `the parameter "${name}" cannot be saved: "${optimiserPrefix}" is kept for the optimiser's state.` });
  }
  for (const [name, tensor] of optimiserState) tensors.set(optimiserPrefix + name, tensor);
  const state = JSON.stringify({ format, about, progress });
  const bytes = writeSafetensors(tensors, new Map([['sha256', '0'.repeat(64)], ['state', state]]));
  bytes.set(new TextEncoder().encode(await sha256(bytes.subarray(digestEnd))), digestStart);
  return bytes;
}

/**
 * Reads what {@link encodeCheckpoint} wrote.
 *
 * @param file What messages call the file.
 * @throws FormatError `FILE_CHECKSUM` when bytes were lost or changed, `FILE_VERSION` for a newer layout, `FILE_STATE` when the state is not one, and those of `readSafetensors`.
 */
export async function decodeCheckpoint(bytes: Uint8Array, file: string): Promise<Checkpoint> {
  const { tensors, metadata } = readSafetensors(bytes, { file });
  const digest = metadata.get('sha256');
  const state = metadata.get('state');
  if (digest === undefined || state === undefined) {
    throw new FormatError({ code: 'FILE_STATE', message: `${file}: holds tensors, but no training state.`, help: 'give a checkpoint that training wrote.' });
  }
  if (digest !== new TextDecoder().decode(bytes.subarray(digestStart, digestEnd)) || digest !== (await sha256(bytes.subarray(digestEnd)))) {
    throw new FormatError({ code: 'FILE_CHECKSUM', message: `${file}: the checksum does not fit: bytes were lost or changed.`, help: 'use an earlier checkpoint.' });
  }
  const parameters = new Map<string, Tensor>();
  const optimiserState = new Map<string, Tensor>();
  for (const [name, tensor] of tensors) {
    if (name.startsWith(optimiserPrefix)) optimiserState.set(name.slice(optimiserPrefix.length), tensor);
    else parameters.set(name, tensor);
  }
  return { ...readState(state, file), parameters, optimiserState };
}

function readState(text: string, file: string): Pick<Checkpoint, 'about' | 'progress'> {
  const fail = (what: string): never => {
    throw new FormatError({ code: 'FILE_STATE', message: `${file}: the training state is not valid: ${what}.` });
  };
  const objectAt = (owner: Record<string, unknown>, key: string): Record<string, unknown> => {
    const value = Object.hasOwn(owner, key) ? owner[key] : undefined;
    return isObject(value) ? value : fail(`${key} should be an object`);
  };
  const wholeAt = (owner: Record<string, unknown>, key: string): number => {
    const value = Object.hasOwn(owner, key) ? owner[key] : undefined;
    return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : fail(`${key} should be a whole number`);
  };
  const numberAt = (owner: Record<string, unknown>, key: string): number => {
    const value = Object.hasOwn(owner, key) ? owner[key] : undefined;
    if (value === null) return NaN;
    return typeof value === 'number' ? value : fail(`${key} should be a number`);
  };
  const evaluationsAt = (owner: Record<string, unknown>): PastEvaluation[] => {
    const value = Object.hasOwn(owner, 'evaluations') ? owner.evaluations : undefined;
    if (!Array.isArray(value)) return fail('evaluations should be a list');
    return value.map((entry: unknown) =>
      isObject(entry) ? { step: wholeAt(entry, 'step'), epoch: numberAt(entry, 'epoch'), loss: numberAt(entry, 'loss'), top1: numberAt(entry, 'top1') } : fail('an evaluation should be an object'),
    );
  };
  const divisionsAt = (owner: Record<string, unknown>): RateDivision[] => {
    const value = Object.hasOwn(owner, 'divisions') ? owner.divisions : undefined;
    if (!Array.isArray(value)) return fail('divisions should be a list');
    return value.map((entry: unknown) => {
      if (!isObject(entry)) return fail('a division should be an object');
      const by = numberAt(entry, 'by');
      return by > 1 ? { step: wholeAt(entry, 'step'), by } : fail('by should be above 1');
    });
  };
  const state = parseJson(text);
  if (!isObject(state)) return fail('it is no JSON object');
  const version = wholeAt(state, 'format');
  if (version < 1 || version > format) {
    throw new FormatError({ code: 'FILE_VERSION', message: `${file}: has layout ${version}, but this version reads layouts 1 to ${format}.`, help: 'use the version that wrote it, or a newer one.' });
  }
  const progress = objectAt(state, 'progress');
  const sums = objectAt(progress, 'sums');
  return {
    about: objectAt(state, 'about'),
    progress: {
      step: wholeAt(progress, 'step'),
      epoch: wholeAt(progress, 'epoch'),
      batch: wholeAt(progress, 'batch'),
      seed: wholeAt(progress, 'seed'),
      sums: {
        loss: numberAt(sums, 'loss'),
        top1: wholeAt(sums, version === 1 ? 'correct' : 'top1'),
        top5: version === 1 ? NaN : numberAt(sums, 'top5'),
        images: wholeAt(sums, 'images'),
      },
      evaluations: version === 1 ? [] : evaluationsAt(progress),
      divisions: version < 3 ? [] : divisionsAt(progress),
    },
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
