import { trainingBatches, type Preparation } from '@convkit/alexnet';
import type { Dataset } from '@convkit/datasets';
import { writeSafetensors } from '@convkit/model-io';
import { DivergedError } from '@convkit/training';
import { sizeOf } from '@convkit/tensor';
import { writeWhole } from './file-checkpoint-store.js';
import { contactSheet } from './inspect/contact-sheet.js';
import { visibleImage } from './inspect/visible-image.js';

/** Pictures on the contact sheet. */
const shown = 128;

/**
 * Keeps the batch at which training went astray in the run folder: `bad-batch-STEP.safetensors` has `x` and `targets` as the network was given them, `bad-batch-STEP.png` shows them.
 * Batches are functions of their place, so it is made anew.
 *
 * @returns The same error, whose help names the files; as it was if it has no place.
 */
export async function saveBadBatch(error: DivergedError, folder: string, data: Dataset, preparation: Preparation, seed: number): Promise<DivergedError> {
  const { place } = error;
  if (place === undefined) return error;
  const { recipe, statistics } = preparation;
  const { x, targets } = await trainingBatches(data, preparation, recipe.training.batch, seed).batch(place.epoch, place.batch);
  const name = `bad-batch-${place.step}`;
  await writeWhole(folder, `${name}.safetensors`, writeSafetensors(new Map([['x', x], ['targets', targets]])));
  const [images, height, width, channels] = x.shape;
  const size = sizeOf([height, width, channels]);
  const cells = Array.from({ length: Math.min(images, shown) }, (_, i) => ({
    image: visibleImage(recipe, statistics, { width, height, channels, data: x.data.subarray(i * size, (i + 1) * size) }),
    caption: data.classes[labelOf(targets.data.subarray(i * targets.shape[1], (i + 1) * targets.shape[1]))],
  }));
  await writeWhole(folder, `${name}.png`, await contactSheet(cells));
  return new DivergedError(place, { code: error.code, message: error.summary, help: `${error.help ?? ''} Its batch is kept: ${folder}/${name}.png and .safetensors.`.trim(), cause: error });
}

function labelOf(row: Float32Array): number {
  return row.indexOf(Math.max(...row));
}
