import { Sequential, conv2d, dense, dropout, lrn, maxPool, relu } from '@convkit/layers';
import { sgd, stepRate } from '@convkit/optim';
import { RandomStream, Tensor, type Device } from '@convkit/tensor';
import type { BatchSource, EvaluationSource, TrainOptions, TrainingEvent } from '@convkit/training';

/** Every kind of layer of the 2012 network, as small as they come. */
export const network = new Sequential([
  conv2d('conv1', { outputs: 4, kernelSize: 3, padding: 1, groups: 1 }),
  relu('relu1'),
  lrn('lrn1', { size: 3, alpha: 1e-4, beta: 0.75, k: 2, divideAlphaBySize: true }),
  maxPool('pool1', { window: 3, stride: 2 }),
  dense('fc2', { outputs: 8 }),
  relu('relu2'),
  dropout('drop2', { keep: 0.5, scaling: 'test' }),
  dense('fc3', { outputs: 3 }),
]);

export const batchesPerEpoch = 5;
const classes = 3;

/** Images of noise with a bright row where the label says, drawn for (epoch, index): nothing of one batch is like another. */
function images(stream: RandomStream, epoch: number, index: number, count: number): { x: Tensor; labels: number[] } {
  const draws = stream.at(epoch, index);
  const labels = Array.from({ length: count }, () => draws.integer(classes));
  const x = new Tensor([count, 6, 6, 1], draws.fillNormal(new Float32Array(count * 36), 0, 0.5));
  labels.forEach((label, i) => x.data.fill(2, i * 36 + label * 12, i * 36 + label * 12 + 6));
  return { x, labels };
}

export function sourceOf(batch: number): BatchSource {
  return {
    batchesPerEpoch,
    batch: async (epoch, index) => {
      const { x, labels } = images(new RandomStream(3, 'train'), epoch, index, batch);
      const targets = Tensor.zeros([batch, classes]);
      labels.forEach((label, i) => (targets.data[i * classes + label] = 1));
      return { x, targets };
    },
  };
}

export const source = sourceOf(4);

/** Seven samples in batches of 4 and 3. */
export const evaluation: EvaluationSource = {
  images: 7,
  batches: 2,
  views: 1,
  batch: async (index) => images(new RandomStream(3, 'test'), 0, index, index === 0 ? 4 : 3),
};

/** Options of a run; the rate falls in mid-epoch. */
export function options(device: Device, more: Partial<TrainOptions>): TrainOptions {
  return {
    device,
    network,
    source,
    optimiser: sgd({ momentum: 0.9, decay: 0.0005, factors: [{ match: /\.bias$/, rateFactor: 2, decayFactor: 0 }] }),
    schedule: stepRate({ rate: 0.05, at: [7], unit: 'step' }),
    seed: 11,
    ...more,
  };
}

export const about = { model: 'tiny', classes: ['top', 'middle', 'bottom'] };

/** All events of a run. */
export async function collect(run: AsyncIterable<TrainingEvent>): Promise<TrainingEvent[]> {
  const events: TrainingEvent[] = [];
  for await (const event of run) events.push(event);
  return events;
}

/** Losses and accuracies of all steps, and the hash of the final weights: equal if and only if two runs are. */
export function traceOf(events: readonly TrainingEvent[]): { steps: unknown[]; hash: string | undefined } {
  return {
    steps: events.flatMap((event) => (event.type === 'step' ? [[event.step, event.epoch, event.loss, event.top1, event.top5, event.lr]] : [])),
    hash: events.flatMap((event) => (event.type === 'done' ? [event.weightsSha256] : []))[0],
  };
}
