import { fashionMnist, loadFashionMnist } from '@convkit/dataset-fashion-mnist';
import { idxDataset, type DatasetSplits } from '@convkit/datasets';
import { chooseDevice, openNamedDevice } from '@convkit/kernels-cpu';
import { ConvkitError, type Device } from '@convkit/tensor';
import type { DoneEvent, TrainingRun } from '@convkit/training';
import type { Reply, Report, Request } from './messages.js';
import { guess, prepareModel, startRun, type Model } from './run.js';
import type { Settings } from './settings.js';

const SHOWN_GUESSES = 12;

let model: Promise<Model> | undefined;
let run: TrainingRun | undefined;
let stopped = false;

function tell(reply: Reply): void {
  postMessage(reply);
}

onmessage = async ({ data: request }: MessageEvent<Request>) => {
  try {
    if (request.type === 'probe') await probe();
    else if (request.type === 'start') await start(request.settings);
    else stop();
  } catch (error) {
    const known = error instanceof ConvkitError;
    // This page keeps no checkpoints.
    const help = !known ? undefined : error.code === 'DEVICE_LOST' ? 'train again, or take another device.' : error.help;
    tell({ type: 'failed', message: known ? error.summary : error instanceof Error ? error.message : String(error), help });
  }
};

async function probe(): Promise<void> {
  const { probes, name } = await chooseDevice();
  tell({ type: 'devices', probes, auto: name, isolated: crossOriginIsolated });
}

function stop(): void {
  stopped = true;
  run?.send({ type: 'stop' });
}

async function start(settings: Settings): Promise<void> {
  stopped = false;
  model ??= loadData().then(prepareModel);
  // The next run may try again.
  model.catch(() => (model = undefined));
  const ready = await model;
  const device = await openNamedDevice(settings.device);
  try {
    tell({ type: 'opened', report: reportOf(device) });
    run = startRun(ready, device, settings);
    if (stopped) run.send({ type: 'stop' });
    let done: DoneEvent | undefined;
    for await (const event of run) {
      if (event.type === 'step' || event.type === 'evaluating') tell(event);
      if (event.type === 'done') done = event;
    }
    if (done === undefined) return;
    const { reason, steps, imagesPerSecond, weightsSha256, evaluation, judged } = done;
    const guesses = await guess(ready, device, judged, SHOWN_GUESSES);
    tell({ type: 'finished', reason, steps, imagesPerSecond, weightsSha256, testTop1: evaluation?.top1, testImages: evaluation?.images, report: reportOf(device), guesses });
  } finally {
    run = undefined;
    await device.destroy();
  }
}

async function loadData(): Promise<DatasetSplits> {
  const { train, test } = await loadFashionMnist({ onProgress: (bytes, of) => tell({ type: 'loading', bytes, of }) }).catch((cause: Error) => {
    const help = 'see whether the server of this page still runs and has its files, then train again.';
    throw new ConvkitError({ code: 'DATA_UNAVAILABLE', message: `The pictures could not be loaded. ${cause.message}`, help, cause });
  });
  tell({ type: 'preparing' });
  const { name, classes, width, height } = fashionMnist;
  const about = { name, classes, maxBytes: 16 + fashionMnist.train.length * width * height };
  return { train: await idxDataset({ ...about, split: 'train', ...train }), test: await idxDataset({ ...about, split: 'test', ...test }) };
}

/** Without its function, which cannot be sent. */
function reportOf(device: Device): Report {
  const { name, mode, tensors, bytes, peakBytes, kernels, launches, details } = device.report();
  return { name, mode, tensors, bytes, peakBytes, kernels, launches, details };
}
