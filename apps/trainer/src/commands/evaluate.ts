import { evaluationBatches, prepareDataset } from '@convkit/alexnet';
import { openNamedDevice, type DeviceRequest } from '@convkit/kernels-cpu';
import { releaseAll, uploadParameters } from '@convkit/layers';
import { FormatError } from '@convkit/tensor';
import { evaluate, type Evaluation } from '@convkit/training';
import type { Dataset } from '@convkit/datasets';
import { openData, resolveData } from '../data.js';
import { loadCheckpoint } from '../load-checkpoint.js';
import { openOutput } from '../output.js';
import { count, duration, percent } from '../wording.js';

/** What the command line may say. */
export interface EvaluateFlags {
  readonly checkpoint: string;
  readonly data?: string;
  /** Default: the recipe's. */
  readonly views?: 1 | 9 | 10;
  readonly device: DeviceRequest;
  readonly json?: boolean;
}

/** `alexnet eval`: judges a checkpoint on the test part of a data set. */
export async function evaluateCommand(flags: EvaluateFlags): Promise<void> {
  const output = openOutput(flags.json ?? false);
  const { parameters: weights, description, network, preparation, file, warnings } = await loadCheckpoint(flags.checkpoint);
  for (const warning of warnings) output.warn(warning);
  const described = flags.data === undefined ? description.data : resolveData(flags.data);
  const { test } = await openData(described, (message) => output.warn(message));
  assertClasses(test, description.classes, described, file);
  const device = await openNamedDevice(flags.device);
  try {
    const parameters = await uploadParameters(device, weights);
    const views = flags.views ?? preparation.recipe.evaluation.views;
    const source = evaluationBatches(prepareDataset(test, preparation.recipe, preparation.format), preparation, views);
    const began = performance.now();
    let result: Evaluation = { loss: NaN, top1: NaN, top5: NaN, images: 0 };
    for await (result of evaluate({ device, network, parameters, source })) output.progress(result.images, source.images);
    releaseAll(parameters.values());
    const seconds = (performance.now() - began) / 1000;
    const { loss, top1, top5, images } = result;
    output.done(
      { type: 'done', top1, top5, loss, images, imagesPerSecond: images / seconds, device: device.name, views, checkpoint: file, data: described },
      [
        `${description.recipe.network.name} of ${file} on ${described}, ${views === 1 ? 'one view' : `${views} views`} of an image:`,
        `top-1 ${percent(top1)}, top-5 ${percent(top5)}, loss ${loss.toFixed(4)} over ${count(images)} images in ${duration(seconds)} (${count(images / seconds)} images/s on ${device.name})`,
      ],
    );
  } finally {
    output.close();
    await device.destroy();
  }
}

/** Files that name no classes have them numbered; those are taken for whatever the checkpoint calls them. */
function assertClasses({ classes }: Dataset, expected: readonly string[], data: string, file: string): void {
  const numbered = classes.every((name, i) => name === String(i));
  if (classes.length === expected.length && (numbered || classes.every((name, i) => name === expected[i]))) return;
  throw new FormatError({
    code: 'FILE_CLASS',
    message: `${data}: has the classes ${list(classes)}, but ${file} was trained to tell ${list(expected)}.`,
    help: 'evaluate on data with the classes of the training.',
  });
}

function list(names: readonly string[]): string {
  return names.length > 4 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ');
}
