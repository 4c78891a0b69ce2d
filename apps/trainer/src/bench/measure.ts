import type { NetworkDescription } from '@convkit/alexnet';
import { measurePeak } from '@convkit/kernels-cpu';
import { summarise } from '@convkit/layers';
import { TimedDevice, type Device } from '@convkit/tensor';
import { median, repeat, type Extent } from './repeat.js';
import { openWorkload, type Phase, type Workload } from './workload.js';

/** What is to be measured. The device is borrowed; nothing stays on it. */
export interface MeasureOptions {
  readonly device: Device;
  readonly network: NetworkDescription;
  /** Images in an update. */
  readonly batch: number;
  /** Steps to time; default: as many as take two seconds, at least three. */
  readonly steps?: number;
  /** Is told what comes next. */
  readonly note: (text: string) => void;
}

/** How fast a network is on a device. Rates are those of the median step; GFLOP are 10^9 multiplications and additions that the mathematics needs. */
export interface Measurement {
  /** Null where the device does not count them. */
  readonly threads: number | null;
  /** Training steps that were timed. */
  readonly steps: number;
  readonly trainImagesPerSecond: number;
  readonly forwardImagesPerSecond: number;
  /** Milliseconds from one image on the host to its logits on the host. */
  readonly latencyMs: number;
  /** GFLOP/s of the training step: forward, backward by weights, and backward by input for all layers but the first. */
  readonly gflops: number;
  readonly forwardGflops: number;
  /** GFLOP/s the device could reach, measured now; null where that is not known. */
  readonly peakGflops: number | null;
  /** The most bytes of tensors that were live at once in training, the parameters among them. */
  readonly peakBytes: number;
  /** The upload, the layers, the loss and the update, in the order of a step. */
  readonly layers: readonly LayerTime[];
}

/** What a layer takes of a training step when every launch is waited for. */
export interface LayerTime {
  readonly name: string;
  readonly kind: string;
  readonly forwardMs: number;
  readonly backwardMs: number;
  /** Null where nothing is multiplied that counts. */
  readonly forwardGflops: number | null;
  readonly backwardGflops: number | null;
  /** Its part of all rows together, from 0 to 1. */
  readonly share: number;
}

/** Launches of a device settle within this time: code is compiled, memory is there. */
const warmUp: Extent = { times: 1, milliseconds: 500 };

/** Measures a network: the training step, the forward pass, the answer to one image, and then the training step layer by layer. */
export async function measure({ device, network, batch, steps, note }: MeasureOptions): Promise<Measurement> {
  const extent = steps === undefined ? { times: 3, milliseconds: 2000 } : { times: steps, milliseconds: 0 };
  using workload = await openWorkload(device, network, batch);
  // Everything a device was told to do is done before it answers a download.
  using token = await device.upload([1], new Float32Array(1), 'fence');
  const wait = async () => void (await device.download(token));
  const time = async (once: () => Promise<void>, within: Extent) => {
    const fenced = async () => {
      await once();
      await wait();
    };
    await repeat(fenced, warmUp);
    return repeat(fenced, within);
  };

  note('timing the training step');
  const training = await time(() => workload.train(), extent);
  const { peakBytes, details } = device.report();
  note('measuring the peak of the device');
  const peakGflops = device.name === 'cpu' ? await measurePeak(device) : null;
  note('timing the forward pass');
  const forward = await time(() => workload.forward(), extent);
  note('timing the answer to one image');
  const latency = await time(() => workload.answer(), { times: 20, milliseconds: 0 });
  note('timing the training step layer by layer');
  const times = await timePhases(device, workload, wait, extent);

  const [trainSeconds, forwardSeconds] = [median(training) / 1000, median(forward) / 1000];
  const costs = layerCosts(workload);
  const total = (pick: (cost: LayerCost) => number) => costs.reduce((sum, cost) => sum + pick(cost), 0);
  return {
    threads: typeof details.threads === 'number' ? details.threads : null,
    steps: training.length,
    trainImagesPerSecond: batch / trainSeconds,
    forwardImagesPerSecond: batch / forwardSeconds,
    latencyMs: median(latency),
    gflops: total(({ forward, backward }) => forward + backward) / trainSeconds / 1e9,
    forwardGflops: total((cost) => cost.forward) / forwardSeconds / 1e9,
    peakGflops,
    peakBytes,
    layers: layerTimes(costs, times),
  };
}

/** Multiplications and additions of a layer in one training step. */
export interface LayerCost {
  readonly name: string;
  readonly kind: string;
  readonly forward: number;
  readonly backward: number;
}

function layerCosts({ network, input }: Workload): LayerCost[] {
  // The first row is the input itself.
  const [, ...rows] = summarise(network, input).rows;
  // Backward does the work of forward once for the weights and once for the input, whose gradient nobody asks the first layer for.
  return rows.map(({ name, kind, multiplyAdds }, i) => ({ name, kind, forward: 2 * multiplyAdds, backward: (i === 0 ? 2 : 4) * multiplyAdds }));
}

/** Milliseconds by phase and owner. */
export type PhaseTimes = Readonly<Record<Phase, ReadonlyMap<string, number>>>;

async function timePhases(device: Device, workload: Workload, wait: () => Promise<void>, extent: Extent): Promise<PhaseTimes[]> {
  const timed = new TimedDevice(device, wait);
  const times: PhaseTimes[] = [];
  await repeat(async () => {
    const laps: Partial<Record<Phase, ReadonlyMap<string, number>>> = {};
    let phase: Phase | undefined;
    const enter = (next?: Phase) => {
      const lap = timed.lap();
      if (phase !== undefined) laps[phase] = lap;
      phase = next;
    };
    await workload.train(timed, enter);
    enter();
    times.push(laps as PhaseTimes);
  }, extent);
  return times;
}

/** One row for the upload of the batch, each layer, the loss and the update, from the times of several steps. */
export function layerTimes(costs: readonly LayerCost[], times: readonly PhaseTimes[]): LayerTime[] {
  const of = (phase: Phase, name: string) => median(times.map((step) => step[phase].get(name) ?? 0));
  const plain = (name: string) => ({ name, kind: name, forward: 0, backward: 0 });
  const rows = [plain('input'), ...costs, plain('loss')].map((cost) => ({ ...cost, forwardMs: of('forward', cost.name), backwardMs: of('backward', cost.name) }));
  // Its launches are named after the parameters.
  const update = median(times.map((step) => sum([...step.update.values()])));
  rows.push({ ...plain('update'), forwardMs: 0, backwardMs: update });
  const whole = sum(rows.map(({ forwardMs, backwardMs }) => forwardMs + backwardMs));
  return rows.map(({ name, kind, forward, backward, forwardMs, backwardMs }) => ({
    name,
    kind,
    forwardMs,
    backwardMs,
    forwardGflops: forward > 0 ? forward / forwardMs / 1e6 : null,
    backwardGflops: backward > 0 ? backward / backwardMs / 1e6 : null,
    share: (forwardMs + backwardMs) / whole,
  }));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
