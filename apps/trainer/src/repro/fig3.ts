import type { Tensor } from '@convkit/tensor';
import { firstKernels, kernelPicture } from '../kernel-picture.js';
import { loadCheckpoint } from '../load-checkpoint.js';
import { openOutput } from '../output.js';
import { writeNew } from '../write-new.js';

/** What the command line may say. */
export interface Fig3Flags {
  readonly checkpoint: string;
  readonly out: string;
  readonly each?: boolean;
  readonly scale: number;
  readonly json?: boolean;
}

/** `alexnet repro fig3`: the kernels of the first layer as a picture, those of the first column above those of the second. */
export async function fig3Command({ checkpoint: path, out, each = false, scale, json = false }: Fig3Flags): Promise<void> {
  const output = openOutput(json);
  const { checkpoint, parameters, description, file, warnings } = await loadCheckpoint(path);
  for (const warning of warnings) output.warn(warning);
  const columns = firstKernels(parameters, description.recipe.network, file);
  await writeNew(out, await kernelPicture(columns, { each, scale }));
  const colour = columns.map(meanColour);
  const kernels = columns.reduce((sum, { shape }) => sum + shape[3], 0);
  output.done({ type: 'done', checkpoint: file, out, kernels, shape: columns[0].shape.slice(0, 3), step: checkpoint.progress.step, colour }, [
    `${kernels} kernels ${columns[0].shape.slice(0, 3).join('x')} of ${description.recipe.network.name} after ${checkpoint.progress.step} updates on ${description.dataset.name}: ${out}`,
    ...(columns[0].shape[2] === 3
      ? columns.map((_, i) => `${columns.length === 1 ? 'all kernels' : i === 0 ? 'first column (above)' : 'second column (below)'}: ${(100 * colour[i]).toFixed(1)} % of the energy is colour`)
      : []),
    'The paper (figure 3): 96 kernels 11x11x3; the 48 of the first GPU are largely colour-agnostic, the 48 of the second largely colour-specific, in every run.',
  ]);
}

/** The part of the kernels' energy that is not grey: squares of the differences from the mean of the three channels over all squares, averaged over kernels. */
export function meanColour({ shape, data }: Tensor): number {
  const [R, S, C, K] = shape;
  if (C !== 3) return 0;
  let total = 0;
  for (let k = 0; k < K; k++) {
    let [colour, all] = [0, 0];
    for (let i = 0; i < R * S; i++) {
      const values = [0, 1, 2].map((c) => data[(i * 3 + c) * K + k]);
      const grey = (values[0] + values[1] + values[2]) / 3;
      for (const value of values) {
        colour += (value - grey) ** 2;
        all += value ** 2;
      }
    }
    total += all > 0 ? colour / all : 0;
  }
  return total / K;
}
