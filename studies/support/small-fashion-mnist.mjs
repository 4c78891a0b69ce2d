import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readIdx } from '@convkit/datasets';

const source = new URL('../../packages/dataset-fashion-mnist/data/', import.meta.url);

/**
 * Writes the first images of Fashion-MNIST as a folder of IDX files: real data, read in a moment.
 *
 * @param {string} folder
 * @param {number} train images to learn
 * @param {number} test images to judge
 */
export async function writeSmallFashionMnist(folder, train, test) {
  await mkdir(folder, { recursive: true });
  for (const [part, count] of /** @type {const} */ ([['train', train], ['t10k', test]])) {
    for (const kind of ['images-idx3', 'labels-idx1']) {
      const name = `${part}-${kind}-ubyte`;
      const { shape: [, ...rest], data } = await readIdx({ name, bytes: new Uint8Array(await readFile(new URL(`${name}.gz`, source))) });
      const shape = [count, ...rest];
      const header = Buffer.alloc(4 + 4 * shape.length);
      header.set([0, 0, 8, shape.length]);
      shape.forEach((size, axis) => header.writeUInt32BE(size, 4 + 4 * axis));
      await writeFile(join(folder, name), Buffer.concat([header, data.subarray(0, shape.reduce((product, size) => product * size, 1))]));
    }
  }
}
