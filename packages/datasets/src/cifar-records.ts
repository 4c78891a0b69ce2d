import { FormatError } from '@convkit/tensor';

import type { LazyFile } from './archive.js';
import { readAll, type ByteSource, type ReadOptions } from './bytes.js';
import { defineDataset, type Dataset, type Split } from './dataset.js';

const SIDE = 32;
const PLANE = SIDE * SIDE;

/** Records of 32x32 images: bytes with labels, then 1,024 bytes each of red, green and blue. */
export interface CifarRecords extends ReadOptions {
  readonly name: string;
  readonly split: Split;
  /** One or more files of records, plain or gzip, in the order in which they are counted. */
  readonly files: readonly ByteSource[];
  readonly classes: readonly string[];
  /** How many classes each label byte of a record knows, in order. */
  readonly labels: readonly number[];
  /** Which of them is the label. */
  readonly chosen: number;
}

/**
 * A data set from files of such records, which are held in memory as they are; an image is put together when it is asked for.
 *
 * @throws FormatError `FILE_TRUNCATED` (no whole number of records), `FILE_EMPTY`, `FILE_LABEL`, `FILE_CORRUPT` and `FILE_TOO_LARGE` of the gzip layer.
 */
export async function cifarRecords(options: CifarRecords): Promise<Dataset> {
  const { name, split, classes, labels, chosen } = options;
  const size = labels.length + 3 * PLANE;
  const files: Uint8Array[] = [];
  for (const file of options.files) {
    const bytes = await readAll(file, options.maxBytes);
    assertRecords(bytes, file.name, size, labels);
    files.push(bytes);
  }
  const length = files.reduce((sum, file) => sum + file.length / size, 0);
  if (length === 0) throw new FormatError({ code: 'FILE_EMPTY', message: `${name}/${split}: no record in ${options.files.map((file) => file.name).join(', ') || 'no file'}.` });
  return defineDataset({ name, split, length, classes: [...classes], channels: 3, width: SIDE, height: SIDE }, (index) => {
    let file = 0;
    let at = index * size;
    while (at >= files[file].length) at -= files[file++].length;
    const record = files[file];
    const planes = at + labels.length;
    const data = new Uint8Array(3 * PLANE);
    for (let i = 0; i < PLANE; i++) {
      data[3 * i] = record[planes + i];
      data[3 * i + 1] = record[planes + PLANE + i];
      data[3 * i + 2] = record[planes + 2 * PLANE + i];
    }
    return { image: { width: SIDE, height: SIDE, channels: 3, data }, label: record[at + chosen] };
  });
}

/** The files of a list that have one of the names, whatever their folder and with `.gz` behind it or not, read into memory; by their names without it. */
export async function readNamed(files: AsyncIterable<LazyFile> | Iterable<LazyFile>, names: RegExp): Promise<Map<string, { readonly name: string; readonly bytes: Uint8Array }>> {
  const found = new Map<string, { readonly name: string; readonly bytes: Uint8Array }>();
  for await (const file of files) {
    const base = file.name.slice(file.name.lastIndexOf('/') + 1);
    const plain = names.exec(base)?.[0];
    if (plain !== undefined) found.set(plain, { name: file.name, bytes: await file.read() });
  }
  return found;
}

function assertRecords(bytes: Uint8Array, name: string, size: number, labels: readonly number[]): void {
  if (bytes.length % size !== 0) {
    throw new FormatError({
      code: 'FILE_TRUNCATED',
      message: `${name}: ends at byte ${bytes.length}, within record ${Math.floor(bytes.length / size)}; a record has ${size} bytes.`,
      help: 'the file is torn or of another format: get it again.',
    });
  }
  for (let at = 0; at < bytes.length; at += size) {
    for (const [i, classes] of labels.entries()) {
      if (bytes[at + i] < classes) continue;
      throw new FormatError({
        code: 'FILE_LABEL',
        message: `${name}: label ${bytes[at + i]} at byte ${at + i} (record ${at / size}), but there are ${classes} classes (0 to ${classes - 1}).`,
      });
    }
  }
}
