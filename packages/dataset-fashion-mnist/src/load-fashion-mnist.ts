import { fashionMnist, type DataFile } from './fashion-mnist.js';

/** A file in memory. */
export interface LoadedFile {
  /** Name of the file, as {@link DataFile} has it. */
  readonly name: string;
  /** Gzip over IDX; in a browser plain IDX if the server declares the compression as its own (`Content-Encoding: gzip`). */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** The files of one part. */
export interface LoadedPart {
  /** The file of its images, in the order of the labels. */
  readonly images: LoadedFile;
  /** The file of its labels, from 0 to 9. */
  readonly labels: LoadedFile;
}

/** All four files. */
export interface LoadedFashionMnist {
  /** Training part. */
  readonly train: LoadedPart;
  /** Test part. */
  readonly test: LoadedPart;
}

/** Choices of {@link loadFashionMnist}. */
export interface LoadFashionMnistOptions {
  /** Told again and again how many bytes are there, of how many in all. */
  readonly onProgress?: (bytes: number, of: number) => void;
}

/** More than the largest file has when it is unpacked: a server that sends more sends something else. */
const MOST_BYTES = 2 ** 26;

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
export async function loadFashionMnist({ onProgress }: LoadFashionMnistOptions = {}): Promise<LoadedFashionMnist> {
  const { train, test } = fashionMnist;
  const files = [train.images, train.labels, test.images, test.labels];
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  const there = files.map(() => 0);
  const [trainImages, trainLabels, testImages, testLabels] = await Promise.all(
    files.map((file, i) =>
      load(file, (bytes) => {
        // Unpacked on the way it is more than the file has.
        there[i] = Math.min(bytes, file.bytes);
        onProgress?.(there.reduce((sum, each) => sum + each, 0), total);
      }),
    ),
  );
  return { train: { images: trainImages, labels: trainLabels }, test: { images: testImages, labels: testLabels } };
}

async function load({ name, url }: DataFile, onBytes: (bytes: number) => void): Promise<LoadedFile> {
  if (url.protocol === 'file:') {
    // No import statement: a bundler for browsers must not meet a Node module.
    const { readFile } = process.getBuiltinModule('node:fs/promises');
    const bytes = await readFile(url);
    onBytes(bytes.length);
    return { name, bytes };
  }
  try {
    return { name, bytes: await fetchBytes(url, onBytes) };
  } catch (cause) {
    throw new Error(`loadFashionMnist: ${url.href} cannot be fetched: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

async function fetchBytes(url: URL, onBytes: (bytes: number) => void): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(url);
  if (!response.ok || response.body === null) throw new Error(`the server answered ${response.status} ${response.statusText}.`);
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  const reader = response.body.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    pieces.push(next.value);
    length += next.value.length;
    if (length > MOST_BYTES) {
      await reader.cancel();
      throw new Error(`it has more than ${MOST_BYTES} bytes and is no file of this package.`);
    }
    onBytes(length);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}
