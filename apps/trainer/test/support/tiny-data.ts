import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RandomStream } from '@convkit/tensor';

/** Rows and columns of an image: the least that the small network takes as it is. */
const size = 28;

/** Draws an image of noise with one bright stripe, whose place is the class. */
function image(stream: RandomStream, index: number, label: number): Uint8Array {
  const draws = stream.at(index);
  const pixels = Uint8Array.from({ length: size * size }, () => draws.integer(60));
  for (let i = 0; i < 5 * size; i++) pixels[(4 + 8 * label) * size + i] += 190;
  return pixels;
}

/** Big-endian IDX of unsigned bytes. */
function idx(shape: readonly number[], data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * shape.length + data.length);
  bytes.set([0, 0, 8, shape.length]);
  shape.forEach((axis, i) => new DataView(bytes.buffer).setUint32(4 + 4 * i, axis));
  bytes.set(data, 4 + 4 * shape.length);
  return bytes;
}

/** Writes the four files of an IDX data set with three classes, 0, 1, 2 in turn. */
export async function writeTinyIdx(folder: string, train: number, test: number): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [stem, count] of [['train', train], ['t10k', test]] as const) {
    const stream = new RandomStream(1, stem);
    const labels = Uint8Array.from({ length: count }, (_, i) => i % 3);
    const pixels = new Uint8Array(count * size * size);
    labels.forEach((label, i) => pixels.set(image(stream, i, label), i * size * size));
    await writeFile(join(folder, `${stem}-images-idx3-ubyte`), idx([count, size, size], pixels));
    await writeFile(join(folder, `${stem}-labels-idx1-ubyte`), idx([count], labels));
  }
}

/** Writes a CIFAR-10 folder of noise with a tint that tells the class, ten classes in turn. */
export async function writeTinyCifar(folder: string, train: number, test: number): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [name, count] of [['data_batch_1.bin', train], ['test_batch.bin', test]] as const) {
    const draws = new RandomStream(1, name).at();
    const records = Uint8Array.from({ length: count * 3073 }, (_, i) => {
      const label = Math.floor(i / 3073) % 10;
      return i % 3073 === 0 ? label : draws.integer(100) + 15 * label;
    });
    await writeFile(join(folder, name), records);
  }
}

/** One image of the test part, as `predict` may be shown it. */
export function tinyImage(index: number): { readonly width: number; readonly height: number; readonly pixels: Uint8Array; readonly label: number } {
  return { width: size, height: size, pixels: image(new RandomStream(1, 't10k'), index, index % 3), label: index % 3 };
}

/** The device of tests that do not care: quick, repeatable, and there on every machine. */
export const testDevice = 'cpu';
