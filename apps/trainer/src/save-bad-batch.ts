import { trainingBatches, type Preparation } from '@convkit/alexnet';
import type { Dataset } from '@convkit/datasets';
import { writeSafetensors } from '@convkit/model-io';
import { DivergedError } from '@convkit/training';
import { sizeOf } from '@convkit/tensor';
import { writeWhole } from './file-checkpoint-store.js';
import { messageOf } from './file-error.js';
import { contactSheet } from './inspect/contact-sheet.js';
import { visibleImage } from './inspect/visible-image.js';

/** Pictures on the contact sheet. */
const shown = 128;

/**
 * Keeps the batch at which training went astray in the run folder: `bad-batch-STEP.safetensors` has `x` and `targets` as the network was given them, `bad-batch-STEP.png` shows them.
 * Batches are functions of their place, so it is made anew.
 *
 * @returns The same error, whose help names the files, or says why there are none; as it was if it has no place.
 */
export async function saveBadBatch(error: DivergedError, folder: string, data: Dataset, preparation: Preparation, seed: number): Promise<DivergedError> {
  const { place } = error;
  if (place === undefined) return error;
  const kept = await writeBatch(place, folder, data, preparation, seed).then(
    (path) => `Its batch is kept: ${path}.png and .safetensors.`,
    (cause: unknown) => `Its batch could not be kept: ${messageOf(cause)}.`,
  );
  return new DivergedError(place, { code: error.code, message: error.summary, help: `${error.help ?? ''} ${kept}`.trim(), cause: error });
}

/** @returns The path of the two files without what tells them apart. */
async function writeBatch({ step, epoch, batch }: NonNullable<DivergedError['place']>, folder: string, data: Dataset, preparation: Preparation, seed: number): Promise<string> {
  const { recipe, statistics } = preparation;
  const { x, targets } = await trainingBatches(data, preparation, recipe.training.batch, seed).batch(epoch, batch);
  const name = `bad-batch-${step}`;
  await writeWhole(folder, `${name}.safetensors`, writeSafetensors(new Map([['x', x], ['targets', targets]])));
  const [images, height, width, channels] = x.shape;
  const size = sizeOf([height, width, channels]);
  const cells = Array.from({ length: Math.min(images, shown) }, (_, i) => ({
    image: visibleImage(recipe, statistics, { width, height, channels, data: x.data.subarray(i * size, (i + 1) * size) }),
    caption: data.classes[labelOf(targets.data.subarray(i * targets.shape[1], (i + 1) * targets.shape[1]))],
  }));
  await writeWhole(folder, `${name}.png`, await contactSheet(cells));
  return `${folder}/${name}`;
}

function labelOf(row: Float32Array): number {
  return row.indexOf(Math.max(...row));
}
