import { predict } from '@convkit/alexnet';
import { decodeImage } from '@convkit/datasets';
import { openNamedDevice, type DeviceRequest } from '@convkit/kernels-cpu';
import { releaseAll, uploadParameters } from '@convkit/layers';
import { FormatError } from '@convkit/tensor';
import { readFile } from 'node:fs/promises';
import { messageOf, systemCode } from '../file-error.js';
import { bestGuesses } from '../guesses.js';
import { loadCheckpoint } from '../load-checkpoint.js';
import { openOutput } from '../output.js';
import { percent } from '../wording.js';

/** What the command line may say. */
export interface PredictFlags {
  readonly checkpoint: string;
  readonly images: readonly string[];
  readonly top: number;
  /** Default: the recipe's. */
  readonly views?: 1 | 9 | 10;
  readonly device: DeviceRequest;
  readonly json?: boolean;
}

/** `alexnet predict`: says what is on images. All of them are decoded before the first answer, so that a bad one is told at once. */
export async function predictCommand(flags: PredictFlags): Promise<void> {
  const output = openOutput(flags.json ?? false);
  const { parameters: weights, description, network, preparation, file, warnings } = await loadCheckpoint(flags.checkpoint);
  for (const warning of warnings) output.warn(warning);
  const images = [];
  for (const path of flags.images) images.push(await decodeImage(await readImage(path), path));
  const device = await openNamedDevice(flags.device);
  try {
    const parameters = await uploadParameters(device, weights);
    for (const [i, image] of images.entries()) {
      const { data } = await predict({ device, network, parameters, ...preparation, ...(flags.views === undefined ? {} : { views: flags.views }) }, [image]);
      const guesses = bestGuesses(data, description.classes, flags.top);
      output.line({ type: 'prediction', image: flags.images[i], guesses }, [
        flags.images[i],
        ...guesses.map((guess) => `  ${percent(guess.probability).padStart(8)}  ${guess.class}`),
      ]);
    }
    releaseAll(parameters.values());
    output.done({ type: 'done', images: images.length, model: description.recipe.network.name, checkpoint: file, device: device.name }, []);
  } finally {
    output.close();
    await device.destroy();
  }
}

async function readImage(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    const missing = systemCode(cause) === 'ENOENT';
    throw new FormatError({ code: missing ? 'FILE_MISSING' : 'FILE_UNREADABLE', message: missing ? `${path}: there is no such image.` : `${path}: cannot be read: ${messageOf(cause)}`, cause });
  }
}
