import { centreCrop, PixelSums, resizeShortSide, toRgb, type Image } from '@convkit/data-aug';
import { FormatError, OptionError, RandomStream, sha256 } from '@convkit/tensor';

import type { Dataset, Split } from './dataset.js';
import { decodeImage } from './decode-image.js';
import { loadSharp } from './load-sharp.js';
import { formatSidecar, formatSums, MOST_IMAGES_A_SHARD, MOST_PIXELS_A_SIDE, shardStem, type NewFile, type ShardImage, type ShardSidecar, type SkippedImage } from './prepared-layout.js';
import { packTar, type TarEntry } from './shard-tar.js';

/** How images are prepared. */
export interface PrepareOptions {
  /** Rows and columns of a prepared image, 1 to 2,048; default 256. */
  readonly size?: number;
  /** Of the JPEGs, 1 to 100; default 95. */
  readonly quality?: number;
}

/** Choices of {@link prepareShard}. */
export interface PrepareShardOptions extends PrepareOptions {
  /** Number of the shard in its part, by which its files are named; default 0. */
  readonly shard?: number;
  /** Number of the first image in the part, by which entries of the tar are named; default 0. */
  readonly first?: number;
  /** Whether an image that cannot be read is an error; default false, it is skipped. */
  readonly strict?: boolean;
  /** Told after every image, skipped or not. */
  readonly onImage?: () => void;
}

/** What {@link prepareShard} makes. */
export interface ShardFiles {
  /**
   * The tar, with entries `KEY.jpg` and `KEY.cls` (the label as a text) for each image in WebDataset's convention; of the training part the sums of each value; last the sidecar, so that
   * whoever writes them in this order knows a shard to be whole by it.
   */
  readonly files: readonly NewFile[];
  /** What the last file holds. */
  readonly sidecar: ShardSidecar;
}

/** Images asked for at once: enough to keep decoders busy, few enough to hold. */
const AHEAD = 8;
/** Digits of a key. */
const KEY = 8;
/** A strip may be so many times longer than wide before all but its middle is cut off, for a picture of 50,000 x 1 would grow to gigabytes on its way to the square in its middle. */
const LONGEST = 32;

/**
 * The order in which the examples of a part are put into shards: a random one, since neighbours of one class would be bad for those who read shards one after the other.
 *
 * @throws OptionError `OPTION_INVALID` if `seed` is not a whole number from 0 on.
 */
export function prepareOrder(split: Split, length: number, seed: number): Uint32Array {
  return new RandomStream(seed, `prepare ${split}`).at().permutation(length);
}

/**
 * Makes one shard of prepared data out of some examples of a data set, in Node with the optional peer `sharp`: each is resized by its short side and cut to the middle square, as the 2012 images
 * were, and written as a JPEG. Colours are subsampled (4:2:0), as OpenCV writes JPEGs, by which the 2012 images were made (cuda-convnet2, `make-data/pyext`): half the samples to store and
 * to decode, of a kind of detail that photographs mostly lack, since cameras and the web leave it out before. The same examples give the same bytes with the same version of sharp.
 *
 * @param indices Of the examples, in the order of the shard: a piece of {@link prepareOrder}.
 * @throws OptionError `OPTION_INVALID`; FormatError of an image that cannot be read, with `strict`; ConvkitError `PEER_MISSING` if sharp is not installed.
 */
export async function prepareShard(dataset: Dataset, indices: ArrayLike<number>, options: PrepareShardOptions = {}): Promise<ShardFiles> {
  const { shard = 0, first = 0, strict = false, onImage } = options;
  const { size, quality } = checkPrepareOptions(options);
  assertWhole('the number of images', indices.length, 0, MOST_IMAGES_A_SHARD);
  assertWhole('shard', shard, 0, 999_999);
  assertWhole('first', first, 0, 10 ** KEY - indices.length);
  const counted = dataset.split === 'train' ? new Float64Array(size * size * 3) : undefined;
  const sums = new PixelSums(3);
  const entries: TarEntry[] = [];
  const images: Omit<ShardImage, 'offset'>[] = [];
  const skipped: SkippedImage[] = [];
  const encode = await jpegEncoder(quality);

  const prepare = async (index: number) => {
    const name = dataset.nameOf(index);
    try {
      const { image, label } = await dataset.item(index);
      const jpeg = await encode(middleSquare(image, size));
      // What training will see.
      const decoded = await decodeImage(jpeg, name);
      return { name, label, jpeg, decoded };
    } catch (error) {
      if (strict || !(error instanceof FormatError)) throw error;
      // The name, and the way to it on this machine, is not part of the reason.
      const at = error.summary.indexOf(`${name}: `);
      return { name, reason: at < 0 ? error.summary : error.summary.slice(at + name.length + 2) };
    } finally {
      onImage?.();
    }
  };

  for (let start = 0; start < indices.length; start += AHEAD) {
    const places = Array.from({ length: Math.min(AHEAD, indices.length - start) }, (_, i) => start + i);
    const prepared = await Promise.all(places.map((place) => prepare(indices[place])));
    for (const [i, one] of prepared.entries()) {
      if (one.reason !== undefined) {
        skipped.push({ name: one.name, reason: one.reason });
        continue;
      }
      const { name, label, jpeg, decoded } = one;
      const key = String(first + places[i]).padStart(KEY, '0');
      sums.add(decoded);
      if (counted !== undefined) for (let at = 0; at < counted.length; at++) counted[at] += decoded.data[at];
      images.push({ key, name, label, size: jpeg.length, sha256: await sha256(jpeg) });
      entries.push({ name: `${key}.jpg`, bytes: jpeg }, { name: `${key}.cls`, bytes: new TextEncoder().encode(String(label)) });
    }
  }

  const { tar, offsets } = packTar(entries);
  const placed = images.map(({ key, name, label, ...rest }, i): ShardImage => ({ key, name, label, offset: offsets[2 * i], ...rest }));
  const sidecar: ShardSidecar = { bytes: tar.length, images: placed, skipped, totals: sums.totals };
  const stem = shardStem(dataset.split, shard);
  return {
    files: [
      { name: `${stem}.tar`, bytes: tar },
      ...(counted === undefined ? [] : [{ name: `${stem}.sums`, bytes: formatSums(counted) }]),
      { name: `${stem}.json`, bytes: new TextEncoder().encode(formatSidecar(sidecar)) },
    ],
    sidecar,
  };
}

/** The options with their defaults. @throws OptionError `OPTION_INVALID` */
export function checkPrepareOptions({ size = 256, quality = 95 }: PrepareOptions): Required<PrepareOptions> {
  assertWhole('size', size, 1, MOST_PIXELS_A_SIDE);
  assertWhole('quality', quality, 1, 100);
  return { size, quality };
}

function assertWhole(name: string, value: number, least: number, most: number): void {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return;
  throw new OptionError({ code: 'OPTION_INVALID', message: `prepareShard: ${name} is ${value}, but must be a whole number from ${least} to ${most}.` });
}

function middleSquare(image: Image, size: number): Image {
  const { width, height } = image;
  const longest = LONGEST * Math.min(width, height);
  const strip = Math.max(width, height) > longest ? centreCrop(image, { width: Math.min(width, longest), height: Math.min(height, longest) }) : image;
  return toRgb(centreCrop(resizeShortSide(strip, size), size));
}

async function jpegEncoder(quality: number): Promise<(image: Image) => Promise<Uint8Array>> {
  const sharp = await loadSharp('prepareShard');
  return async ({ width, height, data }) =>
    new Uint8Array(await sharp(data, { raw: { width, height, channels: 3 } }).jpeg({ quality, chromaSubsampling: '4:2:0', progressive: false, optimiseCoding: true, mozjpeg: false }).toBuffer());
}
