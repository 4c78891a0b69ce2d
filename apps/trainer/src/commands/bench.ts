import { findNetwork, inputShape } from '@convkit/alexnet';
import { openNamedDevice, type DeviceRequest } from '@convkit/kernels-cpu';
import { measure, type LayerTime } from '../bench/measure.js';
import { chooseRecipe } from '../choose-recipe.js';
import { openOutput } from '../output.js';
import { formatTable } from '../table.js';
import { count, number, percent } from '../wording.js';

/** What the command line may say. */
export interface BenchFlags {
  readonly model: string;
  readonly set?: readonly string[];
  readonly batch?: number;
  readonly device: DeviceRequest;
  readonly threads?: number;
  readonly steps?: number;
  readonly json?: boolean;
}

/** `alexnet bench`: how fast a network trains and answers on a device, as a whole and layer by layer. */
export async function benchCommand({ model, set = [], batch: asked, device: name, threads: threadsAsked, steps, json = false }: BenchFlags): Promise<void> {
  const { recipe } = chooseRecipe({ model, set });
  const { defaults } = findNetwork(model);
  const network = { name: model, design: recipe.network, recipe, defaults };
  const batch = asked ?? recipe.training.batch;
  const output = openOutput(json);
  const device = await openNamedDevice(name, threadsAsked === undefined ? {} : { threads: threadsAsked });
  try {
    const figures = await measure({ device, network, batch, ...(steps === undefined ? {} : { steps }), note: (text) => output.note(text) });
    const { threads, trainImagesPerSecond, forwardImagesPerSecond, latencyMs, gflops, forwardGflops, peakGflops, peakBytes, layers } = figures;
    const speed = (what: string, imagesPerSecond: number, reached: number) => [
      what,
      `${((1000 * batch) / imagesPerSecond).toFixed(1)} ms`,
      `${number(imagesPerSecond)} images/s`,
      `${number(reached)} GFLOP/s`,
      peakGflops === null ? '' : `${percent(reached / peakGflops)} of the peak`,
    ];
    output.done({ type: 'done', model, batch, device: device.name, ...figures }, [
      `${model}, ${batch} images ${inputShape(recipe, defaults).join('x')} a step, on ${device.name}${threads === null ? '' : ` with ${threads} ${threads === 1 ? 'thread' : 'threads'}`}`,
      '',
      ...formatTable([
        speed('training step', trainImagesPerSecond, gflops),
        speed('forward pass', forwardImagesPerSecond, forwardGflops),
        ['one image', `${latencyMs.toFixed(1)} ms`, '', '', ''],
        ...(peakGflops === null ? [] : [['peak', '', '', `${number(peakGflops)} GFLOP/s`, '']]),
      ]),
      '',
      ...formatTable([['layer', 'kind', 'forward ms', 'GFLOP/s', 'backward ms', 'GFLOP/s', 'share'], ...layers.map(row)], 2),
      '',
      `${count(peakBytes)} bytes of tensors at most. Times are medians; training steps timed: ${figures.steps}. The layers were timed in other steps, with a wait after each launch.`,
    ]);
  } finally {
    output.close();
    await device.destroy();
  }
}

function row({ name, kind, forwardMs, backwardMs, forwardGflops, backwardGflops, share }: LayerTime): string[] {
  const rate = (gflops: number | null) => (gflops === null ? '' : gflops.toFixed(1));
  return [name, kind, forwardMs.toFixed(2), rate(forwardGflops), backwardMs.toFixed(2), rate(backwardGflops), percent(share)];
}
