import { OptionError } from '@convkit/tensor';
import type { z } from 'zod';
import { percent } from '../wording.js';
// Its type alone: the threads that make batches load this file, and with zod they make an eighth fewer.
import type { limitsSchema } from './limits-schema.js';

/** What part of the data a run uses: batches, or below 1 a part of all batches. Whatever is left out is used whole. */
export type RunLimits = Readonly<z.infer<typeof limitsSchema>>;

/** What the command line may say of them. */
export interface LimitFlags {
  readonly limitTrainBatches?: number;
  readonly limitEvalBatches?: number;
  readonly overfitBatches?: number;
}

/** @throws OptionError `OPTION_INVALID` for limits that contradict each other. */
export function limitsOf({ limitTrainBatches: trainBatches, limitEvalBatches: evalBatches, overfitBatches }: LimitFlags): RunLimits {
  const other = trainBatches === undefined ? (evalBatches === undefined ? undefined : '--limit-eval-batches') : '--limit-train-batches';
  if (overfitBatches !== undefined && other !== undefined) {
    throw new OptionError({
      code: 'OPTION_INVALID',
      message: `--overfit-batches and ${other} cannot be given together: the one decides what is learnt and judged.`,
      help: 'leave one of them out.',
    });
  }
  return { ...(trainBatches === undefined ? {} : { trainBatches }), ...(evalBatches === undefined ? {} : { evalBatches }), ...(overfitBatches === undefined ? {} : { overfitBatches }) };
}

/** How many batches of `all` a limit leaves: at least one, and never more than there are. */
export function limitedTo(limit: number, all: number): number {
  return Math.min(all, limit < 1 ? Math.max(1, Math.floor(limit * all)) : limit);
}

/** The limits in words, one a text; none for a run that uses all of its data. */
export function limitLines({ trainBatches, evalBatches, overfitBatches }: RunLimits): readonly string[] {
  const some = (limit: number) => (limit < 1 ? `${percent(limit)} of the batches` : limit === 1 ? '1 batch' : `${limit} batches`);
  return [
    ...(trainBatches === undefined ? [] : [`an epoch is ${some(trainBatches)}`]),
    ...(evalBatches === undefined ? [] : [`judged by ${some(evalBatches)}, spread over the test images`]),
    ...(overfitBatches === undefined ? [] : [`the first ${some(overfitBatches)} of epoch 1 again and again, crops and order frozen, judged by the same images`]),
  ];
}
