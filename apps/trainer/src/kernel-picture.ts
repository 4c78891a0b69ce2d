import { splitIntoColumns, type NetworkDesign } from '@convkit/alexnet';
import { FormatError, type Tensor } from '@convkit/tensor';
import sharp from 'sharp';

/** Kernels in a row, as in the paper's figure and in `shownet.py` of the code. */
const perRow = 16;
/** Dark pixels between kernels, and between the columns. */
const gap = 1;
const columnGap = 4;

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
