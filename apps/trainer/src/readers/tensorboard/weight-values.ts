import { readFile } from 'node:fs/promises';
import type { NetworkDesign } from '@convkit/alexnet';
import { FormatError, type Tensor } from '@convkit/tensor';
import { decodeCheckpoint } from '@convkit/training';
import { firstKernels, kernelPicture } from '../../kernel-picture.js';
import { parseDescription } from '../../run-description.js';
import { histogramValue, imageValue } from './event.js';
import { histogramOf } from './histogram.js';

/** Pixels of the picture for a number of a kernel. */
const scale = 4;

/** What TensorBoard is shown of the weights in a checkpoint: how each parameter is spread, and the kernels of the first layer, if it has some that can be seen. */
export async function weightValues(path: string): Promise<readonly Uint8Array[]> {
  const { parameters, about } = await decodeCheckpoint(await readFile(path), path);
  const kernels = visibleKernels(parameters, parseDescription(about, path).recipe.network, path);
  return [
    ...Array.from(parameters, ([name, { data }]) => histogramValue(`parameters/${name}`, histogramOf(data))),
    ...(kernels === undefined ? [] : [imageValue('kernels/conv1', await kernelPicture(kernels, { each: false, scale }))]),
  ];
}

function visibleKernels(parameters: ReadonlyMap<string, Tensor>, network: NetworkDesign, path: string): readonly Tensor[] | undefined {
  try {
    return firstKernels(parameters, network, path);
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}
