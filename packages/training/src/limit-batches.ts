import { OptionError } from '@convkit/tensor';
import type { BatchSource } from './batch-source.js';
import type { EvaluationSource } from './evaluate.js';

/**
 * The same source with shorter epochs: each is the first `batches` of what it was, so a source that shuffles every epoch shows others in each.
 *
 * @param batches At least 1; a source that has fewer an epoch stays as it is.
 * @throws OptionError `OPTION_INVALID`
 *
 * @example
 * ```ts
 * import { Tensor } from '@convkit/tensor';
 * import { limitBatches } from '@convkit/training';
 *
 * const source = { batchesPerEpoch: 400, batch: async () => ({ x: Tensor.zeros([4, 2]), targets: Tensor.zeros([4, 3]) }) };
 * console.log(limitBatches(source, 10).batchesPerEpoch); // 10
 * ```
 */
export function limitBatches(source: BatchSource, batches: number): BatchSource {
  assertBatches('limitBatches', batches);
  return { batchesPerEpoch: Math.min(batches, source.batchesPerEpoch), batch: (epoch, index) => source.batch(epoch, index) };
}

/**
 * A source that shows the first `batches` of epoch 0 again and again, in one order and with one augmentation, in epochs as long as they were: a network that can learn anything learns those by heart,
 * so its loss goes down to nearly 0, or something in it is wrong.
 *
 * @param batches At least 1; a source that has fewer an epoch shows all of them.
 * @throws OptionError `OPTION_INVALID`
 *
 * @example
 * ```ts
 * import { Tensor } from '@convkit/tensor';
 * import { repeatBatches } from '@convkit/training';
 *
 * const source = { batchesPerEpoch: 400, batch: async (epoch: number, index: number) => ({ x: Tensor.from([1, 2], [epoch, index]), targets: Tensor.zeros([1, 3]) }) };
 * console.log((await repeatBatches(source, 10).batch(7, 23)).x.data); // Float32Array(2) [ 0, 3 ]
 * ```
 */
export function repeatBatches(source: BatchSource, batches: number): BatchSource {
  assertBatches('repeatBatches', batches);
  return { batchesPerEpoch: source.batchesPerEpoch, batch: (_, index) => source.batch(0, index % batches) };
}

/**
 * An evaluation by some of the batches, evenly spread over all of them, for samples often come class by class. Its `images` are their share of all, which is not exact where batches differ in size;
 * an evaluation tells how many it has seen.
 *
 * @param batches At least 1; a source that has fewer stays as it is.
 * @throws OptionError `OPTION_INVALID`
 *
 * @example
 * ```ts
 * import { Tensor } from '@convkit/tensor';
 * import { limitEvaluation } from '@convkit/training';
 *
 * const source = { images: 10_000, batches: 100, views: 1, batch: async (index: number) => ({ x: Tensor.zeros([100, 2]), labels: Array<number>(100).fill(index % 3) }) };
 * const { images, batch } = limitEvaluation(source, 4);
 * console.log(images, (await batch(3))?.labels[0] === 75 % 3); // 400 true
 * ```
 */
export function limitEvaluation(source: EvaluationSource, batches: number): EvaluationSource {
  assertBatches('limitEvaluation', batches);
  const own = Math.min(batches, source.batches);
  return {
    images: Math.round((source.images * own) / source.batches),
    batches: own,
    views: source.views,
    batch: (index) => source.batch(Math.floor((index * source.batches) / own)),
  };
}

/** @throws OptionError `OPTION_INVALID` */
function assertBatches(owner: string, batches: number): void {
  if (Number.isSafeInteger(batches) && batches >= 1) return;
  throw new OptionError({ code: 'OPTION_INVALID', message: `${owner}: batches is ${batches}, but must be a whole number of at least 1.` });
}
