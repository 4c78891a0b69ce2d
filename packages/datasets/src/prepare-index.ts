import { PixelSums } from '@convkit/data-aug';
import { FormatError } from '@convkit/tensor';

import type { Split } from './dataset.js';
import { contentLine, hashOfLines } from './hash-contents.js';
import { checkPrepareOptions, type PrepareOptions } from './prepare-shard.js';
import { addSums, formatIndex, formatMeanImage, INDEX_FILE, MEAN_IMAGE_FILE, parseSidecar, shardStem, type NewFile, type PreparedIndex, type PreparedPart, type PreparedShard } from './prepared-layout.js';

/** What an index is put together from. */
export interface PrepareIndexOptions extends PrepareOptions {
  readonly name: string;
  readonly classes: readonly string[];
  /** How many shards each part has. */
  readonly shards: Readonly<Record<Split, number>>;
  /** Reads a file that {@link prepareShard} made, by its name. */
  readonly read: (file: string) => Promise<Uint8Array>;
}

/**
 * Puts the index of prepared data together from what lies beside its shards, one after the other; no shard is read.
 *
 * @returns What it says, and the files to write: the mean image, last the index, so that the data are whole when it is there.
 * @throws FormatError `FILE_EMPTY` if a part has no image, `FILE_CORRUPT`, `FILE_SIZE`; what `read` throws.
 */
export async function prepareIndex(options: PrepareIndexOptions): Promise<{ readonly index: PreparedIndex; readonly files: readonly NewFile[] }> {
  const { name, classes, shards, read } = options;
  const { size, quality } = checkPrepareOptions(options);
  const totals = new PixelSums(3);
  const sums = new Float64Array(size * size * 3);

  const part = async (split: Split): Promise<PreparedPart> => {
    const list: PreparedShard[] = [];
    const lines = [JSON.stringify(classes)];
    let skipped = 0;
    for (let shard = 0; shard < shards[split]; shard++) {
      const stem = shardStem(split, shard);
      const sidecar = parseSidecar(`${stem}.json`, await read(`${stem}.json`));
      list.push({ file: `${stem}.tar`, images: sidecar.images.length, bytes: sidecar.bytes });
      skipped += sidecar.skipped.length;
      for (const { label, sha256 } of sidecar.images) lines.push(contentLine(label, sha256));
      if (split === 'test') continue;
      totals.addTotals(sidecar.totals);
      addSums(`${stem}.sums`, await read(`${stem}.sums`), sums);
    }
    if (lines.length === 1) throw new FormatError({ code: 'FILE_EMPTY', message: `${name}/${split}: not one image can be read, so there is nothing to prepare.` });
    return { images: lines.length - 1, skipped, hash: await hashOfLines(lines), shards: list };
  };

  const parts = { train: await part('train'), test: await part('test') };
  const index = { name, classes, size, quality, parts, statistics: { mean: totals.mean(), deviation: totals.deviation(), pca: totals.colourPca() } };
  const meanImage = Float32Array.from(sums, (sum) => sum / parts.train.images);
  const files = [
    { name: MEAN_IMAGE_FILE, bytes: formatMeanImage(meanImage) },
    { name: INDEX_FILE, bytes: new TextEncoder().encode(formatIndex(index)) },
  ];
  return { index, files };
}
