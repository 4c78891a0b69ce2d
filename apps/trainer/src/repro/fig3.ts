import { splitIntoColumns, type NetworkDesign } from '@convkit/alexnet';
import { FormatError, type Tensor } from '@convkit/tensor';
import sharp from 'sharp';
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

/** Kernels in a row, as in the paper's figure and in `shownet.py` of the code. */
const perRow = 16;
/** Dark pixels between kernels, and between the columns. */
const gap = 1;
const columnGap = 4;

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

/** Weights `[R, S, C, K]` of the first layer, one of each column. @throws FormatError `FILE_STATE` */
export function firstKernels(parameters: ReadonlyMap<string, Tensor>, network: NetworkDesign, file: string): readonly Tensor[] {
  const own = hasGroupsForColumns(network) && parameters.has('conv1.weight') ? splitIntoColumns({ ...network, order: ['conv1'] }, parameters) : parameters;
  const found = ['columns1.conv1a.weight', 'columns1.conv1b.weight', 'conv1.weight'].flatMap((name) => own.get(name) ?? []);
  if (found.length > 0 && [1, 3].includes(found[0].shape[2])) return found;
  throw new FormatError({ code: 'FILE_STATE', message: `${file}: has no first convolution "conv1" that reads grey or RGB images.`, help: 'give a checkpoint of a network with one.' });
}

/** Whether two columns are laid out as the groups of the layers after the first. */
function hasGroupsForColumns({ layers }: NetworkDesign): boolean {
  return Object.hasOwn(layers, 'conv2') && 'groups' in layers.conv2 && layers.conv2.groups === 2;
}

/** A PNG: {@link perRow} kernels a row, scaled to the range from black to white jointly or each by itself. */
export async function kernelPicture(columns: readonly Tensor[], { each, scale }: { readonly each: boolean; readonly scale: number }): Promise<Uint8Array> {
  const [R, S, C] = columns[0].shape;
  const rows = columns.map(({ shape }) => Math.ceil(shape[3] / perRow));
  const width = Math.min(perRow, Math.max(...columns.map(({ shape }) => shape[3]))) * (S + gap) + gap;
  const height = rows.reduce((sum, count) => sum + count * (R + gap), gap) + (columns.length - 1) * columnGap;
  const picture = new Uint8Array(width * height * 3);
  const [low, high] = rangeOf(columns.map(({ data }) => data));
  let top = gap;
  for (const [column, { shape, data }] of columns.entries()) {
    const K = shape[3];
    for (let k = 0; k < K; k++) {
      const own = each ? rangeOf([data.filter((_, i) => i % K === k)]) : ([low, high] as const);
      const y0 = top + Math.floor(k / perRow) * (R + gap);
      const x0 = gap + (k % perRow) * (S + gap);
      for (let r = 0; r < R; r++) {
        for (let s = 0; s < S; s++) {
          for (let c = 0; c < 3; c++) {
            const value = data[((r * S + s) * C + (C === 1 ? 0 : c)) * K + k];
            picture[((y0 + r) * width + x0 + s) * 3 + c] = Math.round((255 * (value - own[0])) / Math.max(own[1] - own[0], 1e-12));
          }
        }
      }
    }
    top += rows[column] * (R + gap) + columnGap;
  }
  return sharp(picture, { raw: { width, height, channels: 3 } })
    .resize(width * scale, height * scale, { kernel: 'nearest' })
    .png()
    .toBuffer();
}

function rangeOf(arrays: readonly Float32Array[]): readonly [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const data of arrays) {
    for (const value of data) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  return [low, high];
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
