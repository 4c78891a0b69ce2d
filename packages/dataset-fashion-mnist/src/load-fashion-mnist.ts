import { fashionMnist, type DataFile } from './fashion-mnist.js';

/** A file in memory. */
export interface LoadedFile {
  readonly name: string;
  /** Gzip over IDX; in a browser plain IDX if the server declares the compression as its own (`Content-Encoding: gzip`). */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** All four files. */
export interface LoadedFashionMnist {
  readonly train: { readonly images: LoadedFile; readonly labels: LoadedFile };
  readonly test: { readonly images: LoadedFile; readonly labels: LoadedFile };
}

/**
 * Reads the four files, 30.9 MB: from the package's folder in Node, with `fetch` in a browser. They stay as they come; `idxDataset` of `@convkit/datasets` reads them, gzip or not.
 *
 * @throws Error if a file cannot be read or fetched; the message names its address.
 *
 * @example
 * ```ts
 * import { loadFashionMnist } from '@convkit/dataset-fashion-mnist';
 *
 * const { train } = await loadFashionMnist();
 * console.log(train.images.name, train.images.bytes.length); // train-images-idx3-ubyte.gz 26421856
 * ```
 */
export async function loadFashionMnist(): Promise<LoadedFashionMnist> {
  const [trainImages, trainLabels, testImages, testLabels] = await Promise.all(
    [fashionMnist.train.images, fashionMnist.train.labels, fashionMnist.test.images, fashionMnist.test.labels].map(load),
  );
  return { train: { images: trainImages, labels: trainLabels }, test: { images: testImages, labels: testLabels } };
}

async function load(file: DataFile): Promise<LoadedFile> {
  if (file.url.protocol === 'file:') {
    // No import statement: a bundler for browsers must not meet a Node module.
    const { readFile } = process.getBuiltinModule('node:fs/promises');
    return { name: file.name, bytes: await readFile(file.url) };
  }
  const response = await fetch(file.url);
  if (!response.ok) throw new Error(`loadFashionMnist: ${file.url.href} answered ${response.status} ${response.statusText}.`);
  return { name: file.name, bytes: new Uint8Array(await response.arrayBuffer()) };
}
