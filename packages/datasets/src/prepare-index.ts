import { PixelSums } from '@convkit/data-aug';
import { FormatError } from '@convkit/tensor';

import type { Split } from './dataset.js';
import { contentLine, hashOfLines } from './hash-contents.js';
import { checkPrepareOptions, type PrepareOptions } from './prepare-shard.js';
import { addSums, formatIndex, formatMeanImage, INDEX_FILE, MEAN_IMAGE_FILE, parseSidecar, shardStem, type NewFile, type PreparedIndex, type PreparedPart, type PreparedShard, type SkippedImage } from './prepared-layout.js';

/** What an index is put together from. */
export interface PrepareIndexOptions extends PrepareOptions {
  /** What the data set is called. */
  readonly name: string;
  /** Class names in label order. */
  readonly classes: readonly string[];
  /** How many shards each part has. */
  readonly shards: Readonly<Record<Split, number>>;
  /** Reads a file that {@link prepareShard} made, by its name. */
  readonly read: (file: string) => Promise<Uint8Array>;
}

/** What {@link prepareIndex} makes. */
export interface IndexFiles {
  /** To be written: the mean image, last the index, so that the data are whole when it is there. */
  readonly files: readonly NewFile[];
  /** The index, as it is in the last file. */
  readonly index: PreparedIndex;
  /** All images that could not be read, with their part. */
  readonly skipped: readonly (SkippedImage & {
    /** Which part of the data it is in. */
    readonly split: Split;
  })[];
}

/**
 * Puts the index of prepared data together from what lies beside its shards, one after the other; no shard is read.
 *
 * @throws FormatError `FILE_EMPTY` if a part has no image, `FILE_CORRUPT`, `FILE_SIZE`; what `read` throws.
 */
export async function prepareIndex(options: PrepareIndexOptions): Promise<IndexFiles> {
  const { name, classes, shards, read } = options;
  const { size, quality } = checkPrepareOptions(options);
  const totals = new PixelSums(3);
  const sums = new Float64Array(size * size * 3);
  const skipped: IndexFiles['skipped'][number][] = [];

  const part = async (split: Split): Promise<PreparedPart> => {
    const list: PreparedShard[] = [];
    const lines = [JSON.stringify(classes)];
    const before = skipped.length;
    for (let shard = 0; shard < shards[split]; shard++) {
      const stem = shardStem(split, shard);
      const sidecar = parseSidecar(`${stem}.json`, await read(`${stem}.json`));
      list.push({ file: `${stem}.tar`, images: sidecar.images.length, bytes: sidecar.bytes });
      for (const image of sidecar.skipped) skipped.push({ split, ...image });
      for (const { label, sha256 } of sidecar.images) lines.push(contentLine(label, sha256));
      if (split === 'test') continue;
      totals.addTotals(sidecar.totals);
      addSums(`${stem}.sums`, await read(`${stem}.sums`), sums);
    }
    if (lines.length === 1) throw new FormatError({ code: 'FILE_EMPTY', message: `${name}/${split}: not one image can be read, so there is nothing to prepare.` });
    return { images: lines.length - 1, skipped: skipped.length - before, hash: await hashOfLines(lines), shards: list };
  };

  const parts = { train: await part('train'), test: await part('test') };
  const index = { name, classes, size, quality, parts, statistics: { mean: totals.mean(), deviation: totals.deviation(), pca: totals.colourPca() } };
  const meanImage = Float32Array.from(sums, (sum) => sum / parts.train.images);
  const files = [
    { name: MEAN_IMAGE_FILE, bytes: formatMeanImage(meanImage) },
    { name: INDEX_FILE, bytes: new TextEncoder().encode(formatIndex(index)) },
  ];
  return { files, index, skipped };
}
