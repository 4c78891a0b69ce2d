import { OptionError, RandomStream } from '@convkit/tensor';

/** Choices of {@link Sampler}. */
export interface SamplerOptions {
  /** How many examples there are. */
  readonly length: number;
  /** Examples in a batch. */
  readonly batch: number;
  /** Decides every order; default 0. */
  readonly seed?: number;
  /** Whether examples come in a random order; default true. Without it they come in the order of the data set. */
  readonly shuffle?: boolean;
  /**
   * Whether every epoch has a random order of its own; default true. Without it the order of the first epoch is that of all, as in 2012, when images were shuffled once, as the files
   * were written (cuda-convnet2, `make-data.py`, `python_util/data.py`). Then the examples that do not fill a batch are the same ones every time: with `keepPartial` they are seen, too.
   */
  readonly reshuffle?: boolean;
  /** What becomes of the examples that do not fill a batch at the end of an epoch: default false, they are left out of this epoch. */
  readonly keepPartial?: boolean;
}

/** A batch and its place. */
export interface Batch {
  /** From 0. */
  readonly epoch: number;
  /** Place in the epoch, from 0. */
  readonly batch: number;
  /** Indices into the data set. */
  readonly indices: Uint32Array;
}

/**
 * Says which examples make up a batch. Every answer depends on the options and the place alone, so the whole state of a run's data is one number, the step:
 * a run that starts at step 1,000 sees what a run that has come there sees.
 *
 * @example
 * ```ts
 * import { Sampler } from '@convkit/datasets';
 *
 * const sampler = new Sampler({ length: 10, batch: 4, seed: 7 });
 * console.log(sampler.batchesPerEpoch); // 2
 * const { epoch, batch, indices } = sampler.at(5);
 * console.log(epoch, batch, indices.length); // 2 1 4
 * ```
 */
export class Sampler {
  /** How many examples there are. */
  readonly length: number;
  /** Examples in a batch; the last of an epoch may have fewer with `keepPartial`. */
  readonly batch: number;
  /** Decides every order. */
  readonly seed: number;
  /** Whether the order is random. */
  readonly shuffle: boolean;
  /** Whether every epoch has a random order of its own. */
  readonly reshuffle: boolean;
  /** Batches that an epoch has. */
  readonly batchesPerEpoch: number;
  readonly #stream: RandomStream;
  /** The order last asked for, by the epoch whose order it is: batches of one epoch follow each other. */
  #recent: { shuffled: number; order: Uint32Array } | undefined;

  /** @throws OptionError `OPTION_INVALID` if a number is out of its range, or an epoch would have no batch. */
  constructor(options: SamplerOptions) {
    const { length, batch, seed = 0, shuffle = true, reshuffle = true, keepPartial = false } = options;
    assertWhole('length', length, 1);
    assertWhole('batch', batch, 1);
    if (batch > length && !keepPartial) {
      throw new OptionError({
        code: 'OPTION_INVALID',
        message: `Sampler: batch is ${batch}, but there are only ${length} examples: no batch is ever full.`,
        help: `use a batch of at most ${length}, or keepPartial.`,
      });
    }
    this.length = length;
    this.batch = batch;
    this.seed = seed;
    this.shuffle = shuffle;
    this.reshuffle = reshuffle;
    this.batchesPerEpoch = keepPartial ? Math.ceil(length / batch) : Math.floor(length / batch);
    this.#stream = new RandomStream(seed, 'sampler');
  }

  /**
   * All indices in the order of an epoch, from 0. Do not write to it.
   *
   * @throws OptionError `OPTION_INVALID`
   */
  order(epoch: number): Uint32Array {
    assertWhole('epoch', epoch, 0);
    const shuffled = this.reshuffle ? epoch : 0;
    if (this.#recent?.shuffled !== shuffled) {
      const order = this.shuffle ? this.#stream.at(shuffled).permutation(this.length) : Uint32Array.from({ length: this.length }, (_, i) => i);
      this.#recent = { shuffled, order };
    }
    return this.#recent.order;
  }

  /**
   * The batch of a step, counted from 0 over all epochs.
   *
   * @throws OptionError `OPTION_INVALID`
   */
  at(step: number): Batch {
    assertWhole('step', step, 0);
    const epoch = Math.floor(step / this.batchesPerEpoch);
    const batch = step % this.batchesPerEpoch;
    return { epoch, batch, indices: this.order(epoch).slice(batch * this.batch, (batch + 1) * this.batch) };
  }
}

function assertWhole(name: string, value: number, least: number): void {
  if (Number.isSafeInteger(value) && value >= least) return;
  throw new OptionError({ code: 'OPTION_INVALID', message: `Sampler: ${name} is ${value}, but must be a whole number of at least ${least}.` });
}
