import { FormatError, sha256 } from '@convkit/tensor';

import type { DatasetStatistics } from './dataset-statistics.js';
import type { Dataset, DatasetSplits, Split } from './dataset.js';
import { decodeImage } from './decode-image.js';
import { kindOf, lazyFile } from './files.js';
import { imageDataset, type ImageDatasetOptions, type ImageFile } from './image-dataset.js';
import { INDEX_FILE, MEAN_IMAGE_FILE, parseIndex, parseMeanImage, parseSidecar, type PreparedIndex } from './prepared-layout.js';
import { fileAccess, type RandomAccess } from './random-access.js';

/** Prepared data: both parts, and what was counted of the training images while they were prepared, which {@link datasetStatistics} would find again. */
export interface PreparedSplits extends DatasetSplits {
  /** Of the training images: mean, deviation and mean image, and the colour axes. */
  readonly statistics: DatasetStatistics;
}

/**
 * Opens prepared data, a folder of shards that `alexnet data prepare` made, in Node. What lies beside the shards is read and held (some 100 bytes an image); of a shard only the images
 * that are asked for, each checked against its SHA-256. `nameOf` is the name of the image in the source, `hash` comes from the index without reading anything.
 *
 * @throws FormatError `FILE_MISSING` (the folder, its index, a shard), `FILE_CORRUPT`, `FILE_SIZE`, `FILE_UNSUPPORTED` (another layout), `FILE_UNREADABLE`;
 * from `item` `FILE_CORRUPT` if an image is not the one that was put there.
 *
 * @example
 * ```ts
 * import { openPrepared } from '@convkit/datasets';
 *
 * const missing = await openPrepared('nowhere').catch((error) => error.code);
 * console.log(missing); // FILE_MISSING
 * ```
 */
export async function openPrepared(path: string, options: Pick<ImageDatasetOptions, 'concurrency'> = {}): Promise<PreparedSplits> {
  const file = `${path}/${INDEX_FILE}`;
  if ((await kindOf(path)) === 'folder' && (await kindOf(file)) === undefined) {
    throw new FormatError({
      code: 'FILE_MISSING',
      message: `${path}: no prepared data, for there is no ${INDEX_FILE} in it.`,
      help: 'if its preparation was stopped, start it again: it goes on where it was.',
    });
  }
  const index = parseIndex(file, await lazyFile(file).read());
  const { size, statistics } = index;
  const meanFile = `${path}/${MEAN_IMAGE_FILE}`;
  const meanImage = { width: size, height: size, channels: 3, data: parseMeanImage(meanFile, await lazyFile(meanFile).read(), size * size * 3) };
  return { train: await openPart(path, index, 'train', options), test: await openPart(path, index, 'test', options), statistics: { ...statistics, meanImage } };
}

async function openPart(path: string, { name, classes, size, parts }: PreparedIndex, split: Split, options: Pick<ImageDatasetOptions, 'concurrency'>): Promise<Dataset> {
  const { images: length, hash, shards } = parts[split];
  const tars: RandomAccess[] = [];
  /** The first image of each shard. */
  const starts = new Uint32Array(shards.length);
  const names: string[] = [];
  const labels = new Uint32Array(length);
  const offsets = new Float64Array(length);
  const sizes = new Float64Array(length);
  const digests = new Uint8Array(32 * length);
  for (const [number, shard] of shards.entries()) {
    const tar = await fileAccess(`${path}/${shard.file}`);
    const beside = `${path}/${shard.file.replace(/tar$/, 'json')}`;
    const sidecar = parseSidecar(beside, await lazyFile(beside).read());
    assertEqual(tar.name, 'bytes', tar.size, shard.bytes);
    assertEqual(beside, 'bytes of the shard', sidecar.bytes, shard.bytes);
    assertEqual(beside, 'images', sidecar.images.length, shard.images);
    starts[number] = names.length;
    for (const image of sidecar.images) {
      const at = names.length;
      labels[at] = image.label;
      offsets[at] = image.offset;
      sizes[at] = image.size;
      digests.set(Buffer.from(image.sha256, 'hex'), 32 * at);
      names.push(image.name);
    }
    tars.push(tar);
  }

  const at = (item: number): ImageFile => ({
    name: names[item],
    label: labels[item],
    async read() {
      const tar = tars[lastAtMost(starts, item)];
      const bytes = await tar.read(offsets[item], sizes[item]);
      if ((await sha256(bytes)) === Buffer.from(digests.subarray(32 * item, 32 * (item + 1))).toString('hex')) return bytes;
      throw new FormatError({
        code: 'FILE_CORRUPT',
        message: `${tar.name}: the image at byte ${offsets[item]} (${names[item]}) is not the one that was put there, for its SHA-256 differs.`,
        help: 'prepare the data again, in another folder.',
      });
    },
  });
  const decode = async (bytes: Uint8Array, image: string) => {
    const decoded = await decodeImage(bytes, image);
    if (decoded.width === size && decoded.height === size) return decoded;
    throw new FormatError({ code: 'FILE_SIZE', message: `${path}: the image ${image} has ${decoded.height}x${decoded.width} pixels, but the index says ${size}x${size}.` });
  };
  return { ...imageDataset({ ...options, name, split, classes, files: { length, at }, decode }), width: size, height: size, hash: () => Promise.resolve(hash) };
}

/** Place of the last number that is at most `value`, in numbers that rise; of equal ones the last, so that a shard without images is passed over. */
function lastAtMost(numbers: Uint32Array, value: number): number {
  let low = 0;
  let high = numbers.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (numbers[middle] <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}

function assertEqual(file: string, what: string, found: number, expected: number): void {
  if (found === expected) return;
  throw new FormatError({ code: 'FILE_SIZE', message: `${file}: ${found} ${what}, but the index says ${expected}.`, help: 'the folder is not whole: copy it again, or prepare the data again.' });
}
