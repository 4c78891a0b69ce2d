import type { Sequential } from '@convkit/layers';
import { ShapeError, formatShape, type Device, type DeviceTensor, type Tensor } from '@convkit/tensor';
import type { Mistake } from './mistakes.js';

/** Some samples to judge, each seen in as many views as the source says. */
export interface EvaluationBatch {
  /** `[N * views, H, W, C]`: all views of the first sample, then all of the second, … */
  readonly x: Tensor;
  /** Class of each of the N samples. */
  readonly labels: ArrayLike<number>;
  /** Place of each sample in the data, from 0. Default: they are counted on, batch after batch. */
  readonly places?: ArrayLike<number>;
}

/** Where evaluation batches come from. They may differ in size. */
export interface EvaluationSource {
  /** Samples in all batches together; fewer if some of them cannot be read. */
  readonly images: number;
  /** How many batches there are. */
  readonly batches: number;
  /** How many views of a sample are averaged: 1, or 10 as in 2012. */
  readonly views: number;
  /** The batch at a place, from 0; undefined if none of its samples can be read. */
  batch(index: number): Promise<EvaluationBatch | undefined>;
}

/** How good a network is. Accuracies are parts of 1; samples whose right class ties with others count in part. */
export interface Evaluation {
  /** Mean of minus the log-probability of the right class. */
  readonly loss: number;
  /** Part of the samples whose class was the likeliest. */
  readonly top1: number;
  /** Part of the samples whose class was among the five likeliest. */
  readonly top5: number;
  /** Samples seen. */
  readonly images: number;
}

/** What {@link evaluate} reads. All of it is borrowed. */
export interface EvaluateOptions {
  /** Where it runs. */
  readonly device: Device;
  /** What is judged; it gives logits `[N, classes]`. */
  readonly network: Sequential;
  /** By full name, such as `conv1.weight`, on the device. */
  readonly parameters: ReadonlyMap<string, DeviceTensor>;
  /** What it is judged on. */
  readonly source: EvaluationSource;
  /** Told of each sample what came out, right or wrong. */
  readonly onJudged?: (judged: Mistake) => void;
}

/**
 * Judges a network on a data set, batch by batch. The softmax outputs of a sample's views are averaged, and loss and accuracies come from the average, as in 2012.
 * Ties share what there is to gain, also as in 2012: where the right class has the same probability as others, so that t classes stand on s places among the best k,
 * the sample counts as s / t (at most 1). A network that answers the same to everything is right as often as one that guesses. Where an answer is no number nothing is gained.
 *
 * Source of the credit: the 2012 code, src/layer_kernels.cu.
 *
 * @returns Yields the evaluation so far after every batch that has samples; the last one is the result.
 * @throws ShapeError `SHAPE_MISMATCH` when logits, views and labels do not fit together, and what a launch throws.
 * @example
 * ```ts
 * import { dense, Sequential, uploadParameters } from '@convkit/layers';
 * import { openHostDevice, Tensor } from '@convkit/tensor';
 * import { evaluate } from '@convkit/training';
 *
 * const device = openHostDevice();
 * const network = new Sequential([dense('fc', { outputs: 3 })]);
 * const parameters = await uploadParameters(device, network.initialise([2, 4], 7));
 * const source = { images: 2, batches: 1, views: 1, batch: async () => ({ x: Tensor.zeros([2, 4]), labels: [0, 2] }) };
 * for await (const { loss, top1 } of evaluate({ device, network, parameters, source })) console.log(loss.toFixed(4), top1.toFixed(4)); // 1.0986 0.3333
 * ```
 */
export async function* evaluate(options: EvaluateOptions): AsyncGenerator<Evaluation, void, void> {
  const { device, network, parameters, source, onJudged } = options;
  const sums = { loss: 0, top1: 0, top5: 0, images: 0 };
  for (let i = 0; i < source.batches; i++) {
    const batch = await source.batch(i);
    if (batch === undefined) continue;
    const { x, labels, places } = batch;
    const logits = await predict(device, network, parameters, x);
    if (logits.shape.length !== 2 || logits.shape[0] !== labels.length * source.views) {
      throw new ShapeError({
        code: 'SHAPE_MISMATCH',
        message: `evaluate: batch ${i} has ${labels.length} labels and ${source.views} views of each, but the network gives ${formatShape(logits.shape)}.`,
      });
    }
    for (const [sample, answer] of averageViews(logits, source.views).entries()) {
      const label = labels[sample];
      const credit = creditOf(answer.probabilities, label);
      const loss = -answer.logProbability(label);
      onJudged?.({ image: places?.[sample] ?? sums.images + sample, label, guess: likeliest(answer.probabilities, label), loss });
      sums.loss += loss;
      sums.top1 += credit(1);
      sums.top5 += credit(5);
    }
    sums.images += labels.length;
    yield { loss: sums.loss / sums.images, top1: sums.top1 / sums.images, top5: sums.top5 / sums.images, images: sums.images };
  }
}

/** The class with the largest probability; of those that tie the right one if it is among them, otherwise the first. */
function likeliest(probabilities: Float64Array, label: number): number {
  let best = label;
  for (let c = 0; c < probabilities.length; c++) if (probabilities[c] > probabilities[best] || Number.isNaN(probabilities[best])) best = c;
  return best;
}

async function predict(device: Device, network: Sequential, parameters: ReadonlyMap<string, DeviceTensor>, x: Tensor): Promise<Tensor> {
  using input = await device.upload(x.shape, x.data, 'x');
  using logits = await network.predict(device, input, parameters);
  return await device.download(logits);
}

/** How a network answers to one sample. */
interface Answer {
  /** Mean over the views of the softmax outputs. */
  readonly probabilities: Float64Array;
  /** Logarithm of one of them, exact where the probability itself would vanish. */
  logProbability(label: number): number;
}

/** Answers from logits `[N * views, C]`. */
function averageViews(logits: Tensor, views: number): Answer[] {
  const classes = logits.shape[1];
  return Array.from({ length: logits.shape[0] / views }, (_, sample) => {
    const rows = Array.from({ length: views }, (_, view) => {
      const at = (sample * views + view) * classes;
      return logits.data.subarray(at, at + classes);
    });
    const normalisers = rows.map(logSumExp);
    const probabilities = new Float64Array(classes);
    for (const [view, row] of rows.entries()) {
      for (let c = 0; c < classes; c++) probabilities[c] += Math.exp(row[c] - normalisers[view]) / views;
    }
    return { probabilities, logProbability: (label) => logSumExp(rows.map((row, view) => row[label] - normalisers[view])) - Math.log(views) };
  });
}

function logSumExp(values: ArrayLike<number>): number {
  let most = -Infinity;
  for (let i = 0; i < values.length; i++) most = Math.max(most, values[i]);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += Math.exp(values[i] - most);
  return most + Math.log(sum);
}

/** What a label gains as one of the best `places` classes: the places that better classes leave, shared among the classes that tie with it, itself included. */
function creditOf(probabilities: Float64Array, label: number): (places: number) => number {
  let better = 0;
  let equal = 0;
  for (const probability of probabilities) {
    if (probability === probabilities[label]) equal++;
    // NaN cannot be compared, and counts as better.
    else if (!(probability < probabilities[label])) better++;
  }
  return (places) => (equal === 0 ? 0 : Math.min(1, Math.max(0, places - better) / equal));
}
